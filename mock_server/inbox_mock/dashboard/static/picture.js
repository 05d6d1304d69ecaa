// The timeline as a picture: who did what on a lane each, on a scale that is logarithmic around the present.

import { h, svg } from "./dom.js";
import { now, state } from "./live.js";
import { clockTime } from "./words.js";

const LANES = [
  ["Guests", ({ kind, by }) => by === "guest" || kind.startsWith("guest_")],
  ["Channels", ({ kind }) => kind.startsWith("channel_") || ["conversation_opened", "relay_fails", "message_relayed"].includes(kind)],
  ["Hosts", ({ kind, by }) => by === "host" || kind.startsWith("staff_") || kind.startsWith("host_") || kind === "hosts_notified"],
  ["Your program", ({ by }) => by === "application"],
  ["Webhooks", ({ kind }) => kind === "webhook_sent"],
  ["Other", () => true],
];
const SHAPES = { booking: "booking", guest_books: "booking", message: "message", guest_writes: "message", staff_writes: "message", host_writes_on_channel: "message" };
const [NARROW, TOP, EDGE, APART] = [640, 34, 10, 54]; // pixels; what is APART at least are labels of the scale
const MINUTE = 60_000;
const TICKS = [[1, "1 min"], [10, "10 min"], [60, "1 h"], [360, "6 h"], [1440, "1 day"], [10_080, "1 week"], [43_200, "1 month"], [525_600, "1 year"]];

/** Return the picture of past and pending events, so many pixels wide; `point` is called with the key of what is clicked. */
export function draw({ past, pending }, width, point) {
  const isNarrow = width < NARROW;
  const [left, lane] = isNarrow ? [EDGE, 46] : [110, 38]; // where there is no room beside a lane, its name stands above it
  const height = TOP + lane * LANES.length + 12;
  const present = now();
  const first = past.length ? Date.parse(past[0].at) : present;
  const last = pending.length ? Date.parse(pending.at(-1).at) : present;
  const back = Math.max(far(present - first), far(10 * MINUTE));
  const ahead = Math.max(far(last - present), far(10 * MINUTE));
  const middle = left + (width - left - EDGE) * Math.min(0.7, Math.max(0.4, back / (back + ahead)));
  const x = (at) => (at < present ? middle - (far(present - at) / back) * (middle - left - EDGE) : middle + (far(at - present) / ahead) * (width - middle - 2 * EDGE));
  const y = (number) => TOP + lane * number + (isNarrow ? lane - 14 : lane / 2);
  const drawn = LANES.flatMap(([name], number) => [
    svg("line", { class: "lane", x1: left, x2: width - EDGE, y1: y(number), y2: y(number) }),
    svg("text", isNarrow ? { x: left, y: y(number) - 14 } : { x: 0, y: y(number) + 4 }, name),
  ]);
  for (const side of [-1, 1]) {
    let taken = middle;
    for (const [minutes, text] of TICKS) {
      const at = x(present + side * minutes * MINUTE);
      if (far(minutes * MINUTE) > (side < 0 ? back : ahead) || Math.abs(at - taken) < APART || at < left + 20 || at > width - 20) continue;
      taken = at;
      const label = at > width - APART / 2 ? { x: width, "text-anchor": "end" } : { x: at, "text-anchor": "middle" };
      drawn.push(svg("line", { class: "tick", x1: at, x2: at, y1: TOP - 8, y2: height - 10 }), svg("text", { ...label, y: 16 }, `${side < 0 ? "−" : "+"}${text}`));
    }
  }
  drawn.push(svg("line", { class: "now", x1: middle, x2: middle, y1: TOP - 8, y2: height - 6 }), svg("text", { class: "now-label", x: middle, y: 16, "text-anchor": "middle" }, "now"));
  for (const [events, tense] of [[past, "past"], [pending, "pending"]]) {
    for (const event of events) {
      const at = Date.parse(event.at);
      const spoiled = event.about?.refused || event.about?.failed ? " spoiled" : "";
      const number = LANES.findIndex(([, belongs]) => belongs(event));
      drawn.push(mark(SHAPES[event.kind] ?? "other", x(at), y(number), { class: `event ${tense}${spoiled}`, onclick: () => point(event.key) }, svg("title", {}, `${clockTime(at)} ${event.says}`)));
    }
  }
  const label = `${past.length} past and ${pending.length} to come; the lists below say the same. It is ${state.clock?.now}.`;
  return svg("svg", { class: "picture", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, drawn);
}

/** What the shapes mean. */
export const LEGEND = () =>
  h("p", { class: "legend quiet" }, [["booking", "a booking"], ["message", "a message"], ["other", "something else"]].map(([shape, text]) => h("span", {}, svg("svg", { class: "picture", width: 14, height: 14, "aria-hidden": "true" }, mark(shape, 7, 7, { class: "event past" })), text)));

function mark(shape, x, y, attrs, ...more) {
  if (shape === "message") return svg("circle", { ...attrs, cx: x, cy: y, r: 6 }, ...more);
  const half = shape === "booking" ? 5.5 : 4.5;
  const turned = shape === "booking" ? `rotate(45 ${x} ${y})` : null;
  return svg("rect", { ...attrs, x: x - half, y: y - half, width: 2 * half, height: 2 * half, rx: 1.5, transform: turned }, ...more);
}

/** How far away something is on paper: minutes apart matter near the present, months far from it. */
const far = (milliseconds) => Math.log1p(Math.max(0, milliseconds) / (MINUTE / 2));
