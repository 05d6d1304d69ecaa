// Receive webhooks with Express.
import express from "express";

import { PORT, status } from "./signature.mjs";

const app = express();
app.use(express.json({ verify: (request, response, body) => { request.raw = body; } }));
app.post("/webhooks", (request, response) => {
  response.status(status(request.raw, request.get("X-Content-Signature"))).end();
});
app.listen(PORT, "127.0.0.1");
