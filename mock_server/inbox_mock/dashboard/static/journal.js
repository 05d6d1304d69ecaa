// The journal: every request and every attempt to deliver a webhook, with what it caused.

import { h, keyed, say } from "./dom.js";
import { entriesBetween, entryRow, PAGE } from "./entries.js";
import { exportRow } from "./exports.js";
import { state } from "./live.js";

export function mount(root) {
  let [skip, chosen, searched] = [0, "", ""];
  const list = h("ol", { class: "entries" });
  const none = h("p", { class: "quiet" }, "No request yet. The calls of your program appear here.");
  const search = h("input", { type: "search", placeholder: "Path, status, event or reason", size: "28", "aria-label": "Search this page of the journal" });
  const newer = h("button", { type: "button", onclick: () => turn(-PAGE) }, "Newer");
  const older = h("button", { type: "button", onclick: () => turn(PAGE) }, "Older");
  const count = h("span", { class: "quiet" });
  root.append(
    h(
      "div",
      { class: "page" },
      h("header", {}, h("h1", {}, "Journal"), h("p", { class: "quiet" }, "Requests, their answers, and what they caused. Latest first.")),
      h("div", { class: "row" }, search, newer, older, count),
      h("details", { class: "card" }, h("summary", {}, "As a file: a HAR, a cassette, a test"), exportRow()),
      none,
      list,
    ),
  );
  search.addEventListener("input", () => {
    searched = search.value.trim().toLowerCase();
    update(chosen);
  });

  function turn(by) {
    skip = Math.max(0, skip + by);
    return update(chosen);
  }

  async function update(wanted) {
    const newest = state.journal;
    const jump = wanted !== chosen && wanted !== "";
    chosen = wanted;
    if (jump) skip = Math.max(0, newest - (Number(wanted) || newest) - Math.floor(PAGE / 2));
    if (skip >= newest) skip = 0;
    const to = newest - skip;
    const found = (await entriesBetween(to - PAGE + 1, to)).filter((entry) => !searched || matches(entry, searched));
    keyed(list, found, (entry) => `${state.life}-${entry.id}`, (entry) => entryRow(entry, String(entry.id) === chosen));
    none.hidden = newest > 0;
    list.hidden = found.length === 0;
    newer.hidden = skip === 0;
    older.hidden = to - PAGE < 1;
    count.textContent = found.length ? `${found.length} shown, ${newest} written` : newest ? "None of this page matches" : "";
    if (jump) {
      const entry = document.getElementById(`entry-${wanted}`);
      if (!entry) say(`There is no entry ${wanted} in this journal.`, "bad");
      entry?.scrollIntoView({ block: "center" });
      entry?.querySelector("summary").focus({ preventScroll: true });
    }
  }

  return update;
}

function matches({ method, path, query, status, event, caused, why }, text) {
  return `${method} ${path}?${query} ${status} ${event ?? ""} ${caused.map(({ event }) => event).join(" ")} ${why ?? ""}`.toLowerCase().includes(text);
}
