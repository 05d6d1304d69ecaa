// Answer a guest, with fetch. Start the fake (inbox-mock serve), then: node examples/node/answer_a_guest.mjs

const root = process.env.INBOX_MOCK_URL ?? "http://127.0.0.1:8089";

async function call(method, url, body, headers = {}) {
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

// A world of its own, on a clock that stands. What is done to it is not part of your program.
const sandbox = await call("POST", `${root}/__admin/sandboxes`, { scenario: "agency" });
const admin = (path, body) => call(body ? "POST" : "GET", `${root}/__admin/sandboxes/${sandbox.id}${path}`, body);

// Your program knows these two, as it knows https://www.bookingsync.com/api/v3 and the token of an account.
const { api_url: url, token } = sandbox;
const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/vnd.api+json" };
const get = (path) => call("GET", url + path, undefined, headers);
const post = (path, body) => call("POST", url + path, body, headers);

// A guest books on Airbnb. There is no conversation yet, and making one would be a mistake: the channel opens its own.
const wish = { channel: "airbnb", guest: { fullname: "Ada Bauer" }, conversation_delay: "10m", host_participant: false };
const { booking } = await admin("/bookings", wish);
const conversationOf = async () => (await get(`/bookings/${booking.id}`)).bookings[0].links.conversations[0];
if ((await conversationOf()) === undefined) console.log(`Booking ${booking.id} has no conversation yet.`);

// Time passes, and your program looks again. The guest has a question.
await admin("/clock/advance", { by: "10m" });
const id = await conversationOf();
console.log(`Its conversation is ${id}.`);
await admin(`/conversations/${id}/messages`, { from: "guest", content: "Is there a garage?" });

// Who answers is a Host participant. Is there one? Otherwise let a host of the account take part.
const [conversation] = (await get(`/inbox/conversations/${id}?include=participants`)).conversations;
let sender = conversation.participants.find(({ links }) => links.member.type === "Host");
if (!sender) {
  const [host] = (await get("/hosts")).hosts;
  const seat = { conversation_id: id, member_type: "Host", member_id: host.id };
  [sender] = (await post("/inbox/participants", { participants: [seat] })).participants;
}

// The conversation's default_channel as the message's channel: without it the message is stored, and no guest sees it.
const message = {
  conversation_id: id,
  sender_id: sender.id,
  content: "There is, right under the house.",
  origin: "bookingsync_inbox",
  visibility: "external",
  channel: conversation.default_channel,
  sent_at: new Date().toISOString(),
};
await post("/inbox/messages", { messages: [message] });

// What Ada sees on Airbnb.
await admin("/clock/advance", { by: "5m" });
for (const { from, content } of (await admin(`/conversations/${id}/thread`)).messages) console.log(`${from}: ${content}`);
