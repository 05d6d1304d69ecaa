// Receive webhooks with Fastify.
import Fastify from "fastify";

import { PORT, status } from "./signature.mjs";

const app = Fastify();
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => done(null, body));
app.post("/webhooks", (request, reply) => {
  reply.code(status(request.body, request.headers["x-content-signature"])).send();
});
await app.listen({ port: PORT, host: "127.0.0.1" });
