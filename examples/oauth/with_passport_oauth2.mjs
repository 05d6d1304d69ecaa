// Get a token with passport-oauth2, and use it.
import express from "express";
import session from "express-session";
import passport from "passport";
import OAuth2Strategy from "passport-oauth2";

import { AUTHORIZE, CLIENT_ID, CLIENT_SECRET, TOKEN, browse, show } from "./service.mjs";

const app = express();
app.use(session({ secret: "a secret for its cookies", resave: false, saveUninitialized: true }));
app.get("/login", passport.authenticate("oauth2"));
app.get("/callback", passport.authenticate("oauth2", { session: false }), async (request, response) => {
  await show(request.user.accessToken);
  response.end();
});
const server = app.listen(0, "127.0.0.1", async () => {
  const own = `http://127.0.0.1:${server.address().port}`;
  const options = {
    authorizationURL: AUTHORIZE,
    tokenURL: TOKEN,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    callbackURL: `${own}/callback`,
    scope: ["inbox_write", "bookings_read"],
    state: true,
    pkce: true,
  };
  passport.use(new OAuth2Strategy(options, (accessToken, refreshToken, profile, done) => done(null, { accessToken })));
  await browse(`${own}/login`);
  server.close();
});
