// Get a token with @auth/core, the part of Auth.js that does not depend on a framework, and use it.
import { Auth, skipCSRFCheck } from "@auth/core";
import { createServer } from "node:http";

import { AUTHORIZE, CLIENT_ID, CLIENT_SECRET, ME, TOKEN, browse, show } from "./service.mjs";

const bookingsync = {
  id: "bookingsync",
  name: "BookingSync",
  type: "oauth",
  authorization: { url: AUTHORIZE, params: { scope: "inbox_write bookings_read" } },
  token: TOKEN,
  userinfo: ME,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  profile: (answer) => ({ id: "1", name: JSON.stringify(answer) }),
};
const config = {
  providers: [bookingsync],
  secret: "a secret for its cookies",
  trustHost: true,
  skipCSRFCheck, // in this example only: the browser here posts no form
  callbacks: {
    async jwt({ token, account }) {
      if (account) await show(account.access_token);
      return token;
    },
  },
};

const server = createServer(async (request, response) => {
  if (!request.url.startsWith("/auth/")) return response.end("Logged in.");
  const url = `http://${request.headers.host}${request.url}`;
  const method = request.url.startsWith("/auth/signin/") ? "POST" : request.method;
  const answer = await Auth(new Request(url, { method, headers: request.headers }), config);
  response.writeHead(answer.status, [...answer.headers].flat());
  response.end(await answer.text());
});
server.listen(0, "127.0.0.1", async () => {
  await browse(`http://127.0.0.1:${server.address().port}/auth/signin/bookingsync`);
  server.close();
});
