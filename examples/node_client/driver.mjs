/** What lets the judge command the client: a request in JSON per line comes in, an answer in JSON per line goes out. */

import { Api, Later, Refused } from "./inbox-client/api.mjs";
import { Inbox } from "./inbox-client/inbox.mjs";

let inbox;

const commands = {
  start({ api_url, token, refresh_token, client_id, client_secret, webhook_secret }) {
    const api = new Api(api_url, { token, refreshToken: refresh_token, clientId: client_id, clientSecret: client_secret });
    inbox = new Inbox(api, webhook_secret);
    return { can: ["sync", "reply", "webhook"] };
  },

  async sync() {
    await inbox.sync();
    return belief(inbox.copy);
  },

  async reply({ booking_id, content }) {
    await inbox.reply(booking_id, content);
    return {};
  },

  webhook({ headers, body }) {
    return { accepted: inbox.receive(headers, Buffer.from(body)) };
  },
};

/** What the client believes, as the judge wants to hear it. */
function belief({ bookings, conversations, participants, messages }) {
  const of = (id) => (record) => record.links.conversation === id;
  return {
    bookings: [...bookings.values()].map(({ id, links }) => ({ id, conversation_ids: links.conversations })),
    conversations: [...conversations.values()].map(({ id, links, closed_at }) => ({
      id,
      booking_ids: links.bookings,
      closed: closed_at !== null,
      participants: [...participants.values()]
        .filter(of(id))
        .map(({ id, links: { member } }) => ({ id, member_type: member.type, member_id: member.id })),
      messages: [...messages.values()].filter(of(id)).map(({ id, links, content }) => ({ id, sender_id: links.sender, content })),
    })),
  };
}

/** Do what a request asks for. What the client puts off is answered `later`; what the service refuses is not done. */
async function answer({ id, do: command, ...wanted }) {
  try {
    return { id, ok: true, ...(await commands[command](wanted)) };
  } catch (error) {
    if (!(error instanceof Later || error instanceof Refused)) throw error;
    console.error(error.message);
    return error instanceof Later ? { id, ok: false, later: true } : { id, ok: false };
  }
}

// Lines end at "\n" and nowhere else; node:readline would also end them at U+2028, which may stand in a message.
process.stdin.setEncoding("utf8");
let rest = "";
for await (const chunk of process.stdin) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop();
  for (const line of lines) process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
