// Get a token with client-oauth2, and use it.
import ClientOAuth2 from "client-oauth2";

import { AUTHORIZE, CALLBACK, CLIENT_ID, CLIENT_SECRET, TOKEN, approve, show } from "./service.mjs";

const client = new ClientOAuth2({
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  accessTokenUri: TOKEN,
  authorizationUri: AUTHORIZE,
  redirectUri: CALLBACK,
  scopes: ["inbox_write", "bookings_read"],
});
const token = await client.code.getToken(await approve(client.code.getUri()));
await show(token.accessToken);
