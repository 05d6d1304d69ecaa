// One conversation from both sides: as staff and programs see it in the inbox, and as the guest sees it on the channel.

import { Refused } from "./api.js";
import { attached } from "./attachments.js";
import { channelLabel, channelTitle, coloured } from "./catalogue.js";
import { advance } from "./clock.js";
import { guestComposer, staffComposer } from "./composers.js";
import { busy, button, choice, clear, h } from "./dom.js";
import { act, actUndoably, inSandbox, state } from "./live.js";
import { nothing } from "./nowhere.js";
import { side, tabbed } from "./sides.js";
import { moment, nights, remaining } from "./words.js";

const PAGE = 60;

export function conversationView(pane, id) {
  const path = `/conversations/${id}`;
  const head = h("header", { class: "about-conversation" });
  const inbox = side("inbox", PAGE);
  const guest = side("guest", PAGE);
  const staff = staffComposer(path, inbox.section);
  const visitor = guestComposer(path, guest.section);
  inbox.section.append(staff.node);
  guest.section.append(visitor.node);
  const both = tabbed(inbox, guest);
  pane.append(head, ...both);
  let directory = null;
  let print = "";
  inbox.onTurn = guest.onTurn = () => update(directory);

  async function update(known) {
    directory = known;
    let found;
    try {
      found = await inSandbox("GET", `/inbox/${id}?limit=${PAGE}&skip=${inbox.skip}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404 || state.trouble) throw error;
      return clear(pane, nothing(`There is no conversation ${id} here`, "Perhaps it was opened after the moment to which this sandbox has gone back.", [`#/${encodeURIComponent(state.sandbox)}/inbox/`, "See all conversations"]));
    }
    if (!head.isConnected) clear(pane, head, ...both); // it has come since
    const { conversation } = found;
    const seen = conversation.channel ? await inSandbox("GET", `${path}/thread?limit=${PAGE + 1}&skip=${guest.skip}`) : { messages: [] };
    const people = cast(found, directory);
    const fresh = JSON.stringify([conversation, found.bookings, found.participants, directory]);
    if (fresh !== print) {
      print = fresh;
      clear(head, ...header(found, people));
      inbox.name("Smily inbox", "what staff and your program see", "What staff do");
      inbox.offer("Staff", staffTools(found, path, directory));
      guest.name(people.title, conversation.channel ? `what ${people.guest} sees` : "no channel sees this conversation", "Simulate");
      guest.offer("Simulate", simulations(found, people, path, directory));
      coloured(guest.section, conversation.channel);
    }
    inbox.show(found.messages.map((message) => ({ ...message, stands: state.clock?.mode === "manual" })), found.total, (message) => inboxMessage(message, people));
    const more = seen.messages.length > PAGE;
    const thread = more ? seen.messages.slice(1) : seen.messages;
    guest.show(thread.map((message) => ({ ...message, id: message.message_id })), guest.skip + seen.messages.length, (message) => guestMessage(message, people));
    staff.offer(people, found, directory);
    visitor.offer(people, found);
    return null;
  }

  return { update };
}

/** Who takes part, by name. */
function cast({ conversation, participants }, directory) {
  const guests = participants.filter((one) => one.member_type === "Client");
  const hosts = participants.filter((one) => one.member_type === "Host");
  const names = new Map((directory?.hosts ?? []).map(({ id, name }) => [id, name]));
  for (const one of hosts) names.set(one.member_id, one.name);
  return {
    guests,
    hosts,
    guest: guests[0]?.name ?? "the guest",
    first: (guests[0]?.name ?? "the guest").split(" ")[0],
    title: conversation.channel ? channelTitle(conversation.channel) : "Elsewhere",
    host: (id) => names.get(id) ?? `host ${id}`,
  };
}

function header({ conversation, bookings, participants }, people) {
  const booking = bookings[0];
  return [
    h(
      "div",
      { class: "line" },
      h("h1", { dir: "auto" }, people.guest),
      conversation.deadline_response_at ? h("em", { class: "chip due" }, "Answer due ", remaining(conversation.deadline_response_at)) : null,
      conversation.closed_at ? h("em", { class: "chip off" }, "Closed") : null,
      conversation.marked_as_spam_at ? h("em", { class: "chip off" }, "Spam") : null,
      booking?.canceled_at ? h("em", { class: "chip off" }, "Booking cancelled") : null,
      conversation.relay_fails ? h("em", { class: "chip bad" }, `${people.title} fails to relay`) : null,
    ),
    h(
      "p",
      { class: "quiet" },
      channelLabel(conversation.channel),
      booking ? [" ", h("bdi", {}, booking.rental), ` · ${nights(booking.start_at, booking.end_at)} · booking ${booking.id}`] : null,
      ` · conversation ${conversation.id}, opened `,
      moment(conversation.created_at),
      ` by ${conversation.created_by ?? "somebody"}`,
    ),
    h("p", { class: "quiet" }, "Takes part: ", participants.length ? participants.map((one, place) => [place ? ", " : "", h("bdi", {}, one.name ?? `${one.member_type} ${one.member_id}`), one.member_type === "Host" ? " (host)" : " (guest)"]) : "nobody"),
  ];
}

/** Return a button that changes the conversation. */
const change = (path, label, changes, name) => button(label, () => act("PATCH", path, changes), { "data-focus": name });

/** Return a select that acts at once with what is chosen. */
function deed(pairs, attrs, chosen, doIt) {
  const select = choice(pairs, attrs);
  select.value = chosen;
  select.addEventListener("change", () => busy(select, () => doIt(select.value ? Number(select.value) : null)));
  return select;
}

/** What staff do in the Smily app. */
function staffTools({ conversation }, path, directory) {
  const { closed_at: closed, marked_as_spam_at: spam, assignee_id: assignee } = conversation;
  const hosts = (directory?.hosts ?? []).map(({ id, name }) => [id, name]);
  const assign = deed([["", "Nobody"], ...hosts], { "aria-label": "Assigned to", "data-focus": "assign" }, assignee ?? "", (host) => act("PATCH", path, { assignee_id: host }));
  return [change(path, closed ? "Reopen" : "Close", { closed: !closed }, "close"), change(path, spam ? "Not spam" : "Mark as spam", { marked_as_spam: !spam }, "spam"), h("label", {}, "Assigned to ", assign)];
}

/** What the guest and the channel do, which in reality nobody here could bring about. */
function simulations({ conversation, bookings: [booking] }, people, path, directory) {
  const present = new Set(people.hosts.map((one) => one.member_id));
  const absent = (directory?.hosts ?? []).filter(({ id }) => !present.has(id)).map(({ id, name }) => [id, name]);
  const fails = Boolean(conversation.relay_fails);
  return [
    conversation.channel && absent.length ? deed([["", "Add a host …"], ...absent], { "aria-label": "The channel adds a host", "data-focus": "join" }, "", (host) => act("POST", `${path}/participants`, { host_id: host })) : null,
    conversation.channel ? change(path, fails ? "Relay again" : "Fail to relay", { relay_fails: !fails }, "relay") : null,
    booking && !booking.canceled_at ? button("Guest cancels", () => actUndoably("POST", `/bookings/${booking.id}/cancel`, `Booking ${booking.id} is cancelled.`), { "data-focus": "cancel" }) : null,
  ];
}

function inboxMessage(message, people) {
  const { sender, visibility } = message;
  const mine = sender.member_type === "Host";
  const note = visibility === "internal";
  return h(
    "li",
    { class: `message ${note ? "note" : mine ? "mine" : "theirs"} ${message.relay.state}` },
    h("p", { class: "by" }, h("bdi", {}, sender.name ?? "Somebody"), note ? " · note among hosts" : "", message.created_by ? ` · by ${message.created_by}` : mine ? " · in the Smily app" : "", " · ", moment(message.sent_at ?? message.created_at)),
    words(message),
    attached(message.attachments),
    h("p", { class: "fate" }, mine ? fate(message, people) : notified(message, people)),
  );
}

/** Whether a host's message reached the guest. */
function fate({ relay, visibility, stands, notified: hosts }, people) {
  const also = hosts.length ? ` Notified: ${hosts.map(people.host).join(", ")}.` : "";
  if (relay.state === "seen") return [mark("✓"), `${people.first} sees it since `, moment(relay.at), `${relay.as === null ? "." : ", in its first words."}${also}`];
  if (relay.state === "on_its_way") {
    const wait = stands ? button("Let it arrive", () => advance({ to: relay.due_at }), { class: "small", "data-focus": "arrive" }) : null;
    return [mark("→"), "On its way, arrives ", remaining(relay.due_at), ` ${also}`, wait];
  }
  if (visibility === "internal") return [mark("·"), `${people.first} never sees it: it is internal.`];
  return [mark("✕"), h("b", {}, "Not relayed: "), `${relay.why}.${also}`];
}

function notified({ notified: hosts, relay }, people) {
  const who = hosts.length ? `Notified: ${hosts.map(people.host).join(", ")}.` : "Nobody was notified: no host took part.";
  return relay.state === "kept" && people.title !== "Elsewhere" ? [mark("✕"), h("b", {}, "Not on the channel: "), `${relay.why}. `, who] : [mark("·"), who];
}

const mark = (sign) => h("span", { class: "mark", "aria-hidden": "true" }, sign);

const wholes = new Map();

/** A long text as blocks: a browser needs half a minute to lay out 100,000 characters in one line. */
const pieces = (text) => text.match(/[^]{1,1000}/gu).map((piece) => h("span", { class: "piece" }, piece));

/** The words of a message: the beginning of a long one, until somebody wants to see all of it. */
function words({ id, content, length, updated_at: at }) {
  const key = `${state.sandbox} ${id} ${at} ${length}`;
  const text = h("p", { class: "words", dir: "auto" }, wholes.has(key) ? pieces(wholes.get(key)) : content);
  if ([...content].length >= length || wholes.has(key)) return text;
  const show = async () => {
    const { message } = await inSandbox("GET", `/messages/${id}`);
    wholes.set(key, message.content);
    text.replaceChildren(...pieces(message.content));
    more.remove();
  };
  const more = button(`Show all ${length.toLocaleString("en")} characters`, show, { class: "small" });
  return [text, more];
}

function guestMessage(message, people) {
  const mine = message.from === "guest";
  const long = message.content.length > 4000;
  return h(
    "li",
    { class: `message ${mine ? "mine" : "theirs"}` },
    h("p", { class: "words", dir: "auto" }, long ? `${message.content.slice(0, 4000)}…` : message.content),
    attached(message.attachments),
    h("p", { class: "by" }, mine ? people.first : "Host", " · ", moment(message.at)),
  );
}
