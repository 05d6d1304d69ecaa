// Get a token with arctic, and use it.
import { CodeChallengeMethod, OAuth2Client, generateCodeVerifier, generateState } from "arctic";

import { AUTHORIZE, CALLBACK, CLIENT_ID, CLIENT_SECRET, TOKEN, approve, show } from "./service.mjs";

const client = new OAuth2Client(CLIENT_ID, CLIENT_SECRET, CALLBACK);
const verifier = generateCodeVerifier();
const scopes = ["inbox_write", "bookings_read"];
const page = client.createAuthorizationURLWithPKCE(AUTHORIZE, generateState(), CodeChallengeMethod.S256, verifier, scopes);
const code = (await approve(page)).searchParams.get("code");
const tokens = await client.validateAuthorizationCode(TOKEN, code, verifier);
await show(tokens.accessToken());
