// Get a token with simple-oauth2, and use it.
import { AuthorizationCode } from "simple-oauth2";

import { CALLBACK, CLIENT_ID, CLIENT_SECRET, ROOT, approve, show } from "./service.mjs";

const client = new AuthorizationCode({ client: { id: CLIENT_ID, secret: CLIENT_SECRET }, auth: { tokenHost: ROOT } });
const page = client.authorizeURL({ redirect_uri: CALLBACK, scope: "inbox_write bookings_read", state: "a-random-text" });
const code = (await approve(page)).searchParams.get("code");
const { token } = await client.getToken({ code, redirect_uri: CALLBACK });
await show(token.access_token);
