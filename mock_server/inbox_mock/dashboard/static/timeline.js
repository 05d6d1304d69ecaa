// The timeline: what has happened, what has been written and what is to come, as lists and as a picture.

import { advance } from "./clock.js";
import { button, clear, h, keyed } from "./dom.js";
import { inSandbox, state } from "./live.js";
import { draw, LEGEND } from "./picture.js";
import { rewinding } from "./rewinding.js";
import { clockTime, day, remaining } from "./words.js";

const LIMIT = 150;
const PAGE = 40; // rows of the past, until somebody wants to see more
const WRITERS = ["guest_writes", "staff_writes", "host_writes_on_channel"];

export function mount(root) {
  const picture = h("div", { class: "picture-room" });
  const pending = h("ol", { class: "events" });
  const past = h("ol", { class: "events" });
  const [noneToCome, nonePast] = [h("p", { class: "quiet" }, "Nothing is to happen."), h("p", { class: "quiet" }, "Nothing has happened yet.")];
  const back = rewinding();
  const all = button("Let it all happen", () => advance({ until: "idle" }));
  const more = button("Show more", () => show(rows + PAGE));
  let [found, rows] = [{ past: [], pending: [] }, PAGE];
  root.append(
    h(
      "div",
      { class: "page" },
      h("header", {}, h("h1", {}, "Timeline"), h("p", { class: "quiet" }, "What has happened in this sandbox, and what is to come. The clock above advances it.")),
      h("div", { class: "card" }, picture, LEGEND()),
      back.card,
      h(
        "div",
        { class: "columns" },
        h("section", { class: "card", "aria-labelledby": "to-come" }, h("h2", { id: "to-come" }, "To come"), noneToCome, pending, all),
        h("section", { class: "card", "aria-labelledby": "so-far" }, h("h2", { id: "so-far" }, "So far, latest first"), nonePast, past, more),
      ),
    ),
  );
  /** Show so many rows of the past. */
  function show(many) {
    rows = many;
    more.hidden = found.past.length <= rows;
    keyed(past, found.past.toReversed().slice(0, rows), ({ key }) => key, pastRow);
  }

  /** Lead to the row of what was clicked in the picture. */
  function point(key) {
    document.querySelector(".events .marked")?.classList.remove("marked");
    if (!document.getElementById(`event-${key}`)) show(found.past.length);
    const row = document.getElementById(`event-${key}`);
    row?.classList.add("marked");
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }

  const redraw = () => picture.clientWidth && clear(picture, draw(found, picture.clientWidth, point));
  new ResizeObserver(redraw).observe(picture);
  return async () => {
    const [events, { written }] = await Promise.all([inSandbox("GET", `/timeline?limit=${LIMIT}`), inSandbox("GET", `/written?limit=${LIMIT}`)]);
    await back.update();
    found = { past: withRecords(events.past, written), pending: events.pending.map((event) => ({ ...event, key: `e${event.id}`, at: event.due_at })) };
    redraw();
    noneToCome.hidden = found.pending.length > 0;
    all.hidden = !noneToCome.hidden;
    nonePast.hidden = found.past.length > 0;
    keyed(pending, found.pending, ({ key }) => key, pendingRow);
    show(rows);
  };
}

/** Return past events together with the bookings and messages that no action of the timeline made, oldest first. */
function withRecords(events, written) {
  const made = new Set(events.flatMap(({ kind, about }) => (kind === "guest_books" ? [`b${about.booking_id}`] : WRITERS.includes(kind) ? [`m${about.message_id}`] : [])));
  const records = written.map((record) => ({ ...record, key: `${record.kind[0]}${record.id}` })).filter(({ key }) => !made.has(key));
  return [...records, ...events.map((event) => ({ ...event, key: `e${event.id}` }))].sort((one, other) => one.at.localeCompare(other.at));
}

function row({ key, at, says }, ...more) {
  const time = Date.parse(at);
  return h("li", { id: `event-${key}`, tabindex: "-1" }, h("time", {}, `${day(time).slice(0, -5)} ${clockTime(time)}`), h("span", { dir: "auto" }, says, ...more));
}

function pastRow(event) {
  const place = event.by && (event.conversation_id ? `c${event.conversation_id}` : event.booking_id && `b${event.booking_id}`);
  return row(event, place ? [" ", h("a", { href: `#/${encodeURIComponent(state.sandbox)}/inbox/${place}`, "aria-label": `Show ${event.kind} ${event.id}` }, "Show")] : "");
}

function pendingRow(event) {
  const made = row(event, " ", h("small", {}, remaining(event.at)));
  made.append(button("Go there", () => advance({ to: event.at }), { class: "small", "data-focus": "go" }));
  return made;
}
