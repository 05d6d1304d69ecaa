// One conversation from both sides: as staff and programs see it in the inbox, and as the guest sees it on the channel.

import { guestComposer, staffComposer } from "./composers.js";
import { channelLabel, channelTitle, coloured } from "./catalogue.js";
import { advance } from "./clock.js";
import { busy, button, choice, clear, h, keyed } from "./dom.js";
import { act, inSandbox, state } from "./live.js";
import { nights, until, when } from "./words.js";

const PAGE = 60;

export function conversationView(pane, id) {
  const path = `/conversations/${id}`;
  const head = h("header", { class: "about-conversation" });
  const inbox = thread("Smily inbox", "what staff and your program see");
  const guest = thread("", "");
  guest.section.classList.add("guest-side");
  const staff = staffComposer(path);
  const visitor = guestComposer(path);
  inbox.section.append(staff.node);
  guest.section.append(visitor.node);
  pane.append(head, h("div", { class: "sides" }, inbox.section, guest.section));
  let directory = null;
  let headPrint = "";
  inbox.onTurn = guest.onTurn = () => update(directory);

  async function update(known) {
    directory = known;
    const found = await inSandbox("GET", `/inbox/${id}?limit=${PAGE}&skip=${inbox.skip}`);
    const conversation = found.conversation;
    const seen = conversation.channel ? await inSandbox("GET", `${path}/thread?limit=${PAGE + 1}&skip=${guest.skip}`) : { messages: [] };
    const people = cast(found, directory);
    const print = JSON.stringify([conversation, found.bookings, found.participants, directory]);
    if (print !== headPrint && !head.contains(document.activeElement?.closest("select"))) {
      headPrint = print;
      const focused = head.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
      clear(head, ...header(found, people, path, directory));
      if (focused) head.querySelector(`[data-focus="${focused}"]`)?.focus();
    }
    inbox.show(found.messages.map((message) => ({ ...message, stands: state.clock?.mode === "manual" })), found.total, (message) => inboxMessage(message, people));
    guest.name(people.title, conversation.channel ? `what ${people.guest} sees` : "no channel sees this conversation");
    coloured(guest.section, conversation.channel);
    const more = seen.messages.length > PAGE;
    const thread_ = more ? seen.messages.slice(1) : seen.messages;
    guest.show(thread_.map((message) => ({ ...message, id: message.message_id })), guest.skip + seen.messages.length, (message) => guestMessage(message, people));
    staff.offer(people, found, directory);
    visitor.offer(people, found);
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

function header({ conversation, bookings, participants }, people, path, directory) {
  const closed = conversation.closed_at !== null;
  const spam = conversation.marked_as_spam_at !== null;
  const change = (label, changes, name) => button(label, () => act("PATCH", path, changes), { "data-focus": name });
  const assign = choice([["", "Nobody"], ...(directory?.hosts ?? []).map(({ id, name }) => [id, name])], { "aria-label": "Assigned to", value: conversation.assignee_id ?? "" });
  assign.value = conversation.assignee_id ?? "";
  assign.addEventListener("change", () => busy(assign, () => act("PATCH", path, { assignee_id: assign.value ? Number(assign.value) : null })));
  const present = new Set(people.hosts.map((one) => one.member_id));
  const absent = (directory?.hosts ?? []).filter(({ id }) => !present.has(id));
  const join = choice([["", "Add a host …"], ...absent.map(({ id, name }) => [id, name])], { "aria-label": "The channel adds a host" });
  join.addEventListener("change", () => busy(join, () => act("POST", `${path}/participants`, { host_id: Number(join.value) })));
  const booking = bookings[0];
  return [
    h(
      "div",
      { class: "line" },
      h("h1", { dir: "auto" }, people.guest),
      conversation.deadline_response_at ? h("em", { class: "chip due" }, "Answer due ", h("span", { "data-until": conversation.deadline_response_at }, until(conversation.deadline_response_at))) : null,
      closed ? h("em", { class: "chip off" }, "Closed") : null,
      spam ? h("em", { class: "chip off" }, "Spam") : null,
      booking?.canceled_at ? h("em", { class: "chip off" }, "Booking cancelled") : null,
      conversation.relay_fails ? h("em", { class: "chip bad" }, `${people.title} fails to relay`) : null,
    ),
    h(
      "p",
      { class: "quiet" },
      channelLabel(conversation.channel),
      booking ? [" ", h("bdi", {}, booking.rental), ` · ${nights(booking.start_at, booking.end_at)} · booking ${booking.id}`] : null,
      ` · conversation ${conversation.id}, opened ${when(conversation.created_at)} by ${conversation.created_by ?? "somebody"}`,
    ),
    h("p", { class: "quiet" }, "Takes part: ", people.guests.length + people.hosts.length ? participants.map((one, place) => [place ? ", " : "", h("bdi", {}, one.name ?? `${one.member_type} ${one.member_id}`), one.member_type === "Host" ? " (host)" : " (guest)"]) : "nobody"),
    h(
      "div",
      { class: "row tools" },
      change(closed ? "Reopen" : "Close", { closed: !closed }, "close"),
      change(spam ? "Not spam" : "Mark as spam", { marked_as_spam: !spam }, "spam"),
      h("label", {}, "Assigned to ", assign),
      conversation.channel && absent.length ? join : null,
      conversation.channel ? change(conversation.relay_fails ? "Relay again" : "Fail to relay", { relay_fails: !conversation.relay_fails }, "relay") : null,
      booking && !booking.canceled_at ? button("Cancel as the guest", () => act("POST", `/bookings/${booking.id}/cancel`), { "data-focus": "cancel" }) : null,
    ),
  ];
}

/** A column of messages, a window of them at a time; it stays at its end while that is where the reader is. */
function thread(title, subtitle) {
  const list = h("ol", { class: "messages", tabindex: "0" });
  const heading = h("h2", {}, title);
  const says = h("p", {}, subtitle);
  const earlier = h("button", { type: "button", onclick: () => turn(PAGE) }, "Earlier messages");
  const later = h("button", { type: "button", onclick: () => turn(-PAGE) }, "Later messages");
  const empty = h("p", { class: "quiet empty" }, "No message yet");
  const self = {
    skip: 0,
    section: h("section", { class: "side" }, h("header", {}, heading, says), h("div", { class: "window" }, earlier, empty, list, later)),
    onTurn: () => {},
    name(text, note) {
      heading.textContent = text;
      says.textContent = note;
    },
    show(messages, total, render) {
      const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
      keyed(list, messages, (message) => message.id, render);
      list.setAttribute("aria-label", `${heading.textContent}, ${says.textContent}`);
      empty.hidden = messages.length > 0;
      list.hidden = messages.length === 0;
      earlier.hidden = self.skip + messages.length >= total;
      later.hidden = self.skip === 0;
      if (atEnd || self.turned) list.scrollTop = list.scrollHeight;
      self.turned = false;
    },
  };
  function turn(by) {
    self.skip = Math.max(0, self.skip + by);
    self.turned = true;
    return self.onTurn();
  }
  return self;
}

function inboxMessage(message, people) {
  const { sender, visibility } = message;
  const mine = sender.member_type === "Host";
  const note = visibility === "internal";
  return h(
    "li",
    { class: `message ${note ? "note" : mine ? "mine" : "theirs"} ${message.relay.state}` },
    h("p", { class: "by" }, h("bdi", {}, sender.name ?? "Somebody"), note ? " · note among hosts" : "", message.created_by ? ` · by ${message.created_by}` : mine ? " · in the Smily app" : "", " · ", h("time", {}, when(message.sent_at ?? message.created_at))),
    words(message),
    message.attachments.length ? h("p", { class: "by" }, `Attached: ${message.attachments.map(({ name }) => name).join(", ")}`) : null,
    h("p", { class: "fate" }, mine ? fate(message, people) : notified(message, people)),
  );
}

/** Whether a host's message reached the guest. */
function fate({ relay, visibility, stands, notified: hosts }, people) {
  const also = hosts.length ? ` Notified: ${hosts.map(people.host).join(", ")}.` : "";
  if (relay.state === "seen") return [mark("✓"), `${people.first} sees it since ${when(relay.at)}${relay.as === null ? "." : ", in its first words."}${also}`];
  if (relay.state === "on_its_way") {
    const wait = stands ? button("Let it arrive", () => advance({ to: relay.due_at }), { class: "small", "data-focus": "arrive" }) : null;
    return [mark("→"), "On its way, arrives ", h("span", { "data-until": relay.due_at }, until(relay.due_at)), ` ${also}`, wait];
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
    h("p", { class: "by" }, mine ? people.first : "Host", " · ", h("time", {}, when(message.at))),
  );
}
