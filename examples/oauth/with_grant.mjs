// Get a token with grant, and use it.
import express from "express";
import session from "express-session";
import grant from "grant";

import { AUTHORIZE, CLIENT_ID, CLIENT_SECRET, TOKEN, browse, show } from "./service.mjs";

const app = express();
const server = app.listen(0, "127.0.0.1", async () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  app.use(session({ secret: "a secret for its cookies", resave: false, saveUninitialized: true }));
  app.use(
    grant.express({
      defaults: { origin, transport: "session", state: true },
      bookingsync: {
        oauth: 2,
        authorize_url: AUTHORIZE,
        access_url: TOKEN,
        key: CLIENT_ID,
        secret: CLIENT_SECRET,
        scope: ["inbox_write", "bookings_read"],
        scope_delimiter: " ", // its own is a comma
        callback: "/done",
        pkce: true,
      },
    }),
  );
  app.get("/done", async (request, response) => {
    await show(request.session.grant.response.access_token);
    response.end();
  });
  await browse(`${origin}/connect/bookingsync`);
  server.close();
});
