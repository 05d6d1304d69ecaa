// Receive webhooks with hapi.
import Hapi from "@hapi/hapi";

import { PORT, status } from "./signature.mjs";

const server = Hapi.server({ port: PORT, host: "127.0.0.1" });
server.route({
  method: "POST",
  path: "/webhooks",
  options: { payload: { output: "data", parse: false } },
  handler: (request, h) => h.response().code(status(request.payload, request.headers["x-content-signature"])),
});
await server.start();
