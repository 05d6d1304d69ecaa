// Receive webhooks with Hono.
import { serve } from "@hono/node-server";
import { Hono } from "hono";

import { PORT, status } from "./signature.mjs";

const app = new Hono();
app.post("/webhooks", async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer());
  return c.body(null, status(body, c.req.header("X-Content-Signature")));
});
serve({ fetch: app.fetch, port: PORT, hostname: "127.0.0.1" });
