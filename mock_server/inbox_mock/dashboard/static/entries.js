// Entries of the journal: cached, because they never change; shown with their effect; copied as a command or a test.

import { button, h, say } from "./dom.js";
import { inSandbox, state } from "./live.js";
import { asCurl, asPytest } from "./copying.js";
import { clockTime, day } from "./words.js";

export const PAGE = 100;
const kept = { sandbox: "", life: -1, entries: new Map() };

/** Return the entries with the ids `from` to `to`, latest first, without those that newer ones have displaced. */
export async function entriesBetween(from, to) {
  if (kept.sandbox !== state.sandbox || kept.life !== state.life) Object.assign(kept, { sandbox: state.sandbox, life: state.life, entries: new Map() });
  const { entries } = kept;
  let first = Math.max(1, from);
  while (first <= to && entries.has(first)) first += 1;
  while (first <= to) {
    const page = await inSandbox("GET", `/journal?after=${first - 1}`);
    for (const entry of page.entries) entries.set(entry.id, entry);
    if (!page.entries.length || page.next < first) break; // what answers has no pages
    first = page.next + 1;
  }
  const found = [];
  for (let id = to; id >= Math.max(1, from); id -= 1) if (entries.has(id)) found.push(entries.get(id));
  return found;
}

export const linkToEntry = (id) => h("a", { href: `#/${encodeURIComponent(state.sandbox)}/journal/${id}` }, `entry ${id}`);

/** Return an entry as a row that opens. */
export function entryRow(entry, open = false) {
  const at = Date.parse(entry.at);
  const details = h(
    "details",
    { "data-focus": "more" },
    h(
      "summary",
      { "data-focus": "summary" },
      h("span", { class: "num quiet" }, `#${entry.id}`),
      h("time", { class: "num quiet" }, `${day(at).slice(0, -5)} ${clockTime(at)}`),
      h("span", { class: "method" }, entry.method),
      h("span", { class: "what" }, entry.event ? [h("b", {}, entry.event), " "] : null, h("span", { class: "path" }, shownPath(entry))),
      statusOf(entry.status),
      effect(entry),
    ),
  );
  const fill = () => details.open && details.children.length === 1 && details.append(more(entry));
  details.addEventListener("toggle", fill);
  if (open) details.open = true;
  return h("li", { id: `entry-${entry.id}`, class: open ? "marked" : null }, details);
}

export function statusOf(status) {
  if (status === null) return h("span", { class: "status bad" }, "no answer");
  return h("span", { class: `status ${status < 400 ? "good" : "bad"}` }, status);
}

function shownPath({ path, query }) {
  const text = path + (query ? `?${query}` : "");
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}

function effect({ caused, why, delivery_id: delivery }) {
  const parts = [];
  if (delivery) parts.push(`webhook ${delivery}`);
  if (caused.length) parts.push(`caused ${caused.map(({ event, id }) => `${event} ${id}`).join(", ")}`);
  if (why) parts.push(why);
  return parts.length ? h("span", { class: `effect${why ? " bad" : ""}` }, parts.join(" · ")) : null;
}

function more(entry) {
  const mine = /^\/(api|oauth)/.test(entry.path);
  const copies = mine ? h("div", { class: "row" }, button("Copy as curl", () => copy(asCurl(entry))), button("Copy as pytest", async () => copy(asPytest(entry, (await inSandbox("GET", "")).scenario)))) : null;
  return h(
    "div",
    { class: "entry-more" },
    copies,
    h(
      "div",
      { class: "halves" },
      half("Asked", entry.request.headers, entry.request.body, entry.request.token ? `by ${entry.request.token}, application ${entry.application_id}` : ""),
      half("Answered", entry.response.headers, entry.response.body, ""),
    ),
  );
}

/** Return one side of an exchange. */
export function half(title, headers, body, note) {
  const lines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  return h("div", {}, h("h3", {}, title, note ? h("small", {}, " ", note) : ""), h("pre", { tabindex: "0", "aria-label": `${title}: headers` }, lines.join("\n") || "no headers"), body ? h("pre", { tabindex: "0", "aria-label": `${title}: body` }, pretty(body)) : h("p", { class: "quiet" }, "no body"));
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "skip", value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy"); // a page that is not served from this machine has nothing else
    area.remove();
  }
  say("Copied.");
}
