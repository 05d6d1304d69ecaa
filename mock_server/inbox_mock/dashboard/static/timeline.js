// The timeline as a picture: past and pending events on the sandbox's time, on a scale that is logarithmic around the present.

import { advance } from "./clock.js";
import { button, clear, h, keyed, svg } from "./dom.js";
import { inSandbox, now, state } from "./live.js";
import { rewinding } from "./rewinding.js";
import { clockTime, day, LANE_NAMES, laneOf, saying, until } from "./words.js";

const LIMIT = 150;
const [WIDTH, LEFT, RIGHT, TOP, LANE] = [1080, 90, 20, 34, 38];
const HEIGHT = TOP + LANE * LANE_NAMES.length + 12;
const MINUTE = 60_000;
const TICKS = [[1, "1 min"], [10, "10 min"], [60, "1 h"], [360, "6 h"], [1440, "1 day"], [10_080, "1 week"], [43_200, "1 month"], [525_600, "1 year"]];

export function mount(root) {
  const picture = h("div", { class: "card scroll" });
  const pending = h("ol", { class: "events" });
  const past = h("ol", { class: "events" });
  const [noneToCome, nonePast] = [h("p", { class: "quiet" }, "Nothing is to happen."), h("p", { class: "quiet" }, "Nothing has happened yet.")];
  const back = rewinding();
  const all = button("Let it all happen", () => advance({ until: "idle" }));
  root.append(
    h(
      "div",
      { class: "page" },
      h("header", {}, h("h1", {}, "Timeline"), h("p", { class: "quiet" }, "Past and pending events of this sandbox. The clock above advances it.")),
      picture,
      back.card,
      h(
        "div",
        { class: "columns" },
        h("section", { class: "card", "aria-labelledby": "to-come" }, h("h2", { id: "to-come" }, "To come"), noneToCome, pending, all),
        h("section", { class: "card", "aria-labelledby": "so-far" }, h("h2", { id: "so-far" }, "So far, latest first"), nonePast, past),
      ),
    ),
  );
  return async () => {
    const [found, { hosts }] = await Promise.all([inSandbox("GET", `/timeline?limit=${LIMIT}`), inSandbox("GET", "/directory")]);
    const names = new Map(hosts.map(({ id, name }) => [id, name]));
    const named = (id) => names.get(id) ?? `host ${id}`;
    await back.update(named);
    clear(picture, draw(found, named));
    noneToCome.hidden = found.pending.length > 0;
    all.hidden = !noneToCome.hidden;
    nonePast.hidden = found.past.length > 0;
    keyed(pending, found.pending, (event) => event.id, (event) => pendingRow(event, named));
    keyed(past, found.past.reverse(), (event) => event.id, (event) => row(event, event.at, saying(event, named)));
  };
}

function row(event, at, said, ...more) {
  const moment = Date.parse(at);
  return h("li", { id: `event-${event.id}`, tabindex: "-1" }, h("time", {}, `${day(moment).slice(0, -5)} ${clockTime(moment)}`), h("span", {}, said), ...more);
}

function pendingRow(event, named) {
  const wait = h("small", { "data-until": event.due_at }, until(event.due_at));
  return row(event, event.due_at, [saying(event, named), " ", wait], button("Go there", () => advance({ to: event.due_at }), { class: "small", "data-focus": "go" }));
}

function draw({ pending, past }, named) {
  const present = now();
  const first = past.length ? Date.parse(past[0].at) : present;
  const last = pending.length ? Date.parse(pending.at(-1).due_at) : present;
  const back = Math.max(far(present - first), far(10 * MINUTE));
  const ahead = Math.max(far(last - present), far(10 * MINUTE));
  const middle = LEFT + ((WIDTH - LEFT - RIGHT) * Math.min(0.7, Math.max(0.4, back / (back + ahead))));
  const x = (at) => (at < present ? middle - (far(present - at) / back) * (middle - LEFT - 8) : middle + (far(at - present) / ahead) * (WIDTH - RIGHT - middle - 8));
  const y = (lane) => TOP + LANE * lane + LANE / 2;
  const drawn = [];
  LANE_NAMES.forEach((name, lane) => drawn.push(svg("line", { class: "lane", x1: LEFT, x2: WIDTH - RIGHT, y1: y(lane), y2: y(lane) }), svg("text", { x: 0, y: y(lane) + 4 }, document.createTextNode(name))));
  for (const [minutes, label] of TICKS) {
    const span = far(minutes * MINUTE);
    for (const [at, fits, text] of [[x(present - minutes * MINUTE), span <= back, `-${label}`], [x(present + minutes * MINUTE), span <= ahead, `+${label}`]]) {
      if (fits) drawn.push(svg("line", { class: "tick", x1: at, x2: at, y1: TOP - 8, y2: HEIGHT - 10 }), svg("text", { x: at, y: 16, "text-anchor": "middle" }, text));
    }
  }
  drawn.push(svg("line", { class: "now", x1: middle, x2: middle, y1: TOP - 8, y2: HEIGHT - 6 }), svg("text", { class: "now-label", x: middle, y: 16, "text-anchor": "middle" }, "now"));
  for (const [events, kind] of [[past, "past"], [pending, "pending"]]) {
    for (const event of events) {
      const at = Date.parse(event.at ?? event.due_at);
      const spoiled = event.about.refused || event.about.failed ? " spoiled" : "";
      drawn.push(svg("circle", { class: `event ${kind}${spoiled}`, cx: x(at), cy: y(laneOf(event.kind)), r: 6, onclick: () => point(event.id) }, svg("title", {}, `${clockTime(at)} ${saying(event, named)}`)));
    }
  }
  const label = `${past.length} events of the past and ${pending.length} to come; the lists below say the same. It is ${state.clock?.now}.`;
  return svg("svg", { class: "picture", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, drawn);
}

/** How far away something is on paper: minutes apart matter near the present, months far from it. */
const far = (milliseconds) => Math.log1p(Math.max(0, milliseconds) / (MINUTE / 2));

function point(id) {
  document.querySelector(".events .marked")?.classList.remove("marked");
  const found = document.getElementById(`event-${id}`);
  found?.classList.add("marked");
  found?.scrollIntoView({ block: "center" });
  found?.focus({ preventScroll: true });
}
