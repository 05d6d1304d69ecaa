// Receive webhooks with Koa.
import { bodyParser } from "@koa/bodyparser";
import Koa from "koa";

import { PORT, status } from "./signature.mjs";

const app = new Koa();
app.use(bodyParser());
app.use((ctx) => {
  ctx.status = status(Buffer.from(ctx.request.rawBody), ctx.get("X-Content-Signature"));
});
app.listen(PORT, "127.0.0.1");
