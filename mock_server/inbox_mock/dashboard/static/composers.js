// Writing into a conversation: as staff in the Smily app, or as the guest or the host in the channel's app.

import { tray } from "./attachments.js";
import { busy, choice, h } from "./dom.js";
import { act } from "./live.js";

const QUESTIONS = ["What time can we arrive?", "Is there a garage?", "May we bring our dog?"];
const ANSWERS = ["You can arrive from four o'clock.", "Yes, of course!"];

/** Return a form with a text, files and a button; `body` says what is sent. Enter sends, Shift and Enter begin a new line; files may be dropped on `zone`. */
function composer(label, path, zone, body, ...controls) {
  const text = h("textarea", { rows: 2, required: true, "aria-label": label, placeholder: label });
  const send = h("button", { class: "primary" }, "Send");
  const offers = h("div", { class: "offers" });
  const files = tray(zone, label.slice(label.indexOf("as ")));
  const write = (content, then) =>
    busy(send, async () => {
      await act("POST", `${path}/messages`, { ...body(), content, files: await files.read() });
      files.empty();
      then?.();
    });
  const node = h("form", { class: "composer" }, offers, text, files.list, h("div", { class: "row" }, controls, files.controls, send));
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const content = text.value;
    if (!content.trim()) return;
    await write(content, () => (text.value = text.value === content ? "" : text.value)); // what is refused can be mended and sent again
    text.focus();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    node.requestSubmit();
  });
  return {
    node,
    relabel(fresh) {
      text.setAttribute("aria-label", fresh);
      text.placeholder = fresh;
    },
    suggest(texts) {
      if (offers.dataset.print === texts.join()) return;
      offers.dataset.print = texts.join();
      const focused = offers.contains(document.activeElement);
      offers.replaceChildren(...texts.map((offered) => h("button", { type: "button", class: "offer", onclick: () => write(offered) }, offered)));
      if (focused) text.focus();
    },
  };
}

export function staffComposer(path, zone) {
  const who = choice([], { "aria-label": "Who answers" });
  const where = choice([], { "aria-label": "Where it goes" });
  const made = composer("Answer as staff", path, zone, () => {
    const body = { from: "staff" };
    if (who.value) body.host_id = Number(who.value);
    if (where.value === "note") body.internal = true;
    if (where.value === "nowhere") body.channel = null;
    return body;
  }, who, where);
  return {
    node: made.node,
    offer(people, { conversation, messages }, directory) {
      const present = new Set(people.hosts.map((one) => one.member_id));
      const others = (directory?.hosts ?? []).filter(({ id }) => !present.has(id));
      fill(who, [...people.hosts.map((one) => [one.member_id, one.name]), ...others.map(({ id, name }) => [id, `${name} (joins)`])]);
      fill(where, [["guest", conversation.channel ? `to ${people.first} on ${people.title}` : "to the guest"], ["note", "note among hosts"], ["nowhere", "without a channel"]]);
      made.suggest(messages.at(-1)?.sender.member_type === "Client" ? ANSWERS : []);
    },
  };
}

export function guestComposer(path, zone) {
  const who = choice([], { "aria-label": "Who writes" });
  const made = composer("Write as the guest", path, zone, () => ({ from: who.value || "guest" }), who);
  return {
    node: made.node,
    offer(people, { conversation, messages }) {
      fill(who, [["guest", `as ${people.first}`], ...(conversation.channel ? [["host", `as the host, in ${people.title}'s own app`]] : [])]);
      made.relabel(`Write as ${people.first}`);
      made.suggest(people.guests.length && messages.length === 0 ? QUESTIONS : []);
      made.node.hidden = people.guests.length === 0 && !conversation.channel;
    },
  };
}

/** Offer these `[value, text]` pairs, and keep what was chosen. */
function fill(select, pairs) {
  const print = JSON.stringify(pairs);
  if (select.dataset.print === print) return;
  const chosen = select.value;
  select.dataset.print = print;
  select.replaceChildren(...pairs.map(([value, text]) => h("option", { value }, text)));
  if (pairs.some(([value]) => String(value) === chosen)) select.value = chosen;
  select.hidden = pairs.length < 2;
}
