// The inbox: conversations and bookings without one, and beside them the chosen conversation as both sides see it.

import { ROOT } from "./api.js";
import { busy, button, choice, clear, h, keyed } from "./dom.js";
import { act, inSandbox, state } from "./live.js";
import { askBooking, GUESTS } from "./booking.js";
import { catalogue, channelLabel, channelTitle } from "./catalogue.js";
import { conversationView } from "./conversation.js";
import { nothing } from "./nowhere.js";
import { waitingView } from "./waiting.js";
import { cut, moment, remaining } from "./words.js";

const PAGE = 40;

/** Where the conversation stands in the place of the list, as in views.css. */
const NARROW = "(max-width: 800px)";

export function mount(root) {
  let [chosen, skip, isShown] = ["", 0, false];
  let detail = null;
  let directory = null;
  const list = h("ul", { class: "conversations" });
  const pane = h("div", { class: "detail" });
  const back = h("a", { class: "back" }, "‹ All conversations");
  const show = choice([["open", "Open"], ["closed", "Closed and spam"], ["all", "All"]], { "aria-label": "Which conversations" });
  const search = h("input", { type: "search", placeholder: "Search", title: "Guest, rental or booking", "aria-label": "Search" });
  const count = h("span", { class: "count" });
  const earlier = h("button", { type: "button", onclick: () => turn(PAGE) }, "Older");
  const later = h("button", { type: "button", onclick: () => turn(-PAGE) }, "Newer");
  const bookNow = h("button", { type: "button", class: "primary", onclick: () => busy(bookNow, book) }, "Let a guest book");
  let first = null;

  root.append(
    h(
      "section",
      { class: "list", "aria-label": "Conversations" },
      h("div", { class: "row" }, bookNow, button("…", () => askBooking(directory, goTo), { "aria-label": "Let a guest book otherwise", title: "Another channel, guest, delay …" })),
      h("div", { class: "row filters" }, search, show),
      list,
      h("div", { class: "row pages" }, later, count, earlier),
    ),
    h("section", { class: "pane", "aria-label": "Conversation" }, back, pane),
  );
  search.addEventListener("input", () => turn(-skip));
  show.addEventListener("change", () => turn(-skip));

  /** Book on the first channel that opens conversations. */
  async function book() {
    const fullname = GUESTS[(state.version + Math.floor(Math.random() * GUESTS.length)) % GUESTS.length];
    const { booking } = await act("POST", "/bookings", { channel: first.name, guest: { fullname } });
    goTo(`b${booking.id}`);
  }

  function turn(by) {
    skip = Math.max(0, skip + by);
    return update(chosen);
  }

  async function update(wanted) {
    const [turned, before] = [wanted !== chosen, chosen];
    if (turned || !detail) choose(wanted);
    directory ??= await inSandbox("GET", "/directory");
    first ??= await firstChannel();
    bookNow.textContent = `Let a guest book on ${first.title}`;
    const query = new URLSearchParams({ show: show.value, search: search.value.trim(), limit: PAGE, skip });
    const [found] = await Promise.all([inSandbox("GET", `/inbox?${query}`), detail?.update(directory)]);
    keyed(list, found.conversations.map((row) => ({ ...row, current: keyOf(row) === chosen })), keyOf, item);
    count.textContent = found.total ? `${skip + 1}–${skip + found.conversations.length} of ${found.total}` : "Nothing here";
    later.hidden = skip === 0;
    earlier.hidden = skip + PAGE >= found.total;
    if (!chosen && !detail) clear(pane, welcome(first.title));
    const isFirst = !isShown;
    isShown = true;
    if (!turned || !matchMedia(NARROW).matches) return;
    if (detail) back.scrollIntoView();
    if (isFirst) return;
    if (detail) back.focus({ preventScroll: true });
    else list.querySelector(`[data-focus="${CSS.escape(before)}"]`)?.focus();
  }

  function choose(wanted) {
    chosen = wanted;
    detail?.leave?.();
    clear(pane);
    const id = Number(wanted.slice(1));
    const isOne = /^[bc][0-9]+$/.test(wanted);
    detail = !wanted ? null : !isOne ? nowhere(wanted) : wanted.startsWith("c") ? conversationView(pane, id) : waitingView(pane, id, goTo);
    root.classList.toggle("choosing", !detail);
    back.href = linkTo("");
  }

  function nowhere(wanted) {
    pane.append(nothing(`There is nothing called ${wanted} in the inbox`, "Conversations and bookings have addresses such as c4 and b80.", [linkTo(""), "See all conversations"]));
    return { update: () => {} };
  }

  return update;
}

/** Return the channel on which a guest books at one click. */
async function firstChannel() {
  const { channels } = await catalogue();
  return channels.find((channel) => channel.opens_conversations) ?? channels[0];
}

const keyOf = (row) => (row.conversation_id ? `c${row.conversation_id}` : `b${row.booking_id}`);
const linkTo = (key) => `#/${encodeURIComponent(state.sandbox)}/inbox/${key}`;

function goTo(key) {
  location.hash = linkTo(key);
}

function item(row) {
  const key = keyOf(row);
  const name = row.guest ?? "Nobody";
  return h(
    "li",
    {},
    h(
      "a",
      { href: linkTo(key), "aria-current": row.current ? "true" : null, "data-focus": key },
      h("span", { class: "who", dir: "auto" }, name),
      moment(row.at),
      h("span", { class: "about" }, channelLabel(row.channel), h("bdi", {}, row.rental ?? row.subject ?? "")),
      h("span", { class: "said" }, said(row)),
      h("span", { class: "chips" }, chips(row)),
    ),
  );
}

function said(row) {
  if (row.said === null) return row.waiting ? "No conversation yet" : "No message yet";
  const by = row.said_to === "internal" ? "Note: " : row.said_by === "Host" ? "You: " : "";
  return [by, h("bdi", {}, cut(row.said.replaceAll("\n", " "), 90))];
}

/** What somebody who looks at the list should know at once. */
function chips(row) {
  const found = [];
  const chip = (kind, ...text) => found.push(h("em", { class: `chip ${kind}` }, ...text));
  if (row.canceled_at) chip("off", "Cancelled");
  else if (row.waiting === "opens") chip("wait", `${channelTitle(row.channel)} opens it `, remaining(row.opens_at));
  else if (row.waiting === "never") chip("bad", "Never opens");
  else if (row.waiting === "nobody") chip("off", "Up to your program");
  if (row.marked_as_spam_at) chip("off", "Spam");
  else if (row.closed_at) chip("off", "Closed");
  else if (row.deadline_response_at) chip("due", "Answer due ", remaining(row.deadline_response_at));
  return found;
}

function welcome(channel) {
  return h(
    "div",
    { class: "welcome" },
    h("h1", {}, "Answer a guest, and see what arrives"),
    h(
      "ol",
      {},
      h("li", {}, h("b", {}, `Let a guest book on ${channel}. `), `A booking appears, and no conversation yet: ${channel} opens it some time later.`),
      h("li", {}, h("b", {}, "Open the conversation now, "), `or let the clock run until ${channel} does.`),
      h("li", {}, h("b", {}, "Write as the guest, answer as staff, "), `and see on the right what reaches ${channel}.`),
    ),
    h("p", { class: "quiet" }, "Or choose a conversation on the left. Your program works on the same inbox; its token is ", state.sandbox === "default" ? h("code", {}, "demo") : h("a", { href: `#/${encodeURIComponent(state.sandbox)}/sandboxes` }, "here"), ":"),
    h("pre", { tabindex: "0", "aria-label": "How a program asks" }, `curl -H "Authorization: Bearer ${state.sandbox === "default" ? "demo" : "$TOKEN"}" ${ROOT}/api/v3/inbox/conversations`),
  );
}
