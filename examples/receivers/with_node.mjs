// Receive webhooks with node:http alone.
import { createServer } from "node:http";

import { PORT, status } from "./signature.mjs";

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  response.writeHead(status(body, request.headers["x-content-signature"])).end();
}).listen(PORT, "127.0.0.1");
