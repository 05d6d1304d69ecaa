// The sandbox's clock, above every view: its time, the next event, and advancing it.

import { ask, busy, button, field, h, say } from "./dom.js";
import { act, inSandbox, now, onChange, state } from "./live.js";
import { clockTime, day, refreshTimes, remaining, setText } from "./words.js";

const STEPS = [["10m", "10 min"], ["1h", "1 h"], ["1d", "1 day"]];
const RATES = [["", "standing"], ["1", "running"], ["60", "1 min per s"], ["3600", "1 h per s"]];

export function mountClock(root) {
  const time = h("span", { class: "time" });
  const date = h("span", { class: "date" });
  const next = h("button", { type: "button", class: "next" });
  const pace = h("select", { "aria-label": "How the clock runs" }, RATES.map(([rate, text]) => h("option", { value: rate }, text)));
  const [step, ...steps] = STEPS.map(([by, text]) => button(text, () => advance({ by })));
  let [pending, of] = [[], null]; // the next event, and the sandbox of which it is

  pace.addEventListener("change", () =>
    busy(pace, () => act("PATCH", "/clock", pace.value ? { mode: "real", rate: Number(pace.value) } : { mode: "manual" })),
  );
  next.addEventListener("click", () => busy(next, () => advance({ to: pending[0].due_at })));
  root.append(
    h("div", { class: "face" }, time, date, pace),
    h(
      "div",
      { class: "moves" },
      h("span", { class: "label", id: "advance-label" }, "Advance by"),
      h(
        "div",
        { class: "group", role: "group", "aria-labelledby": "advance-label" },
        step,
        steps,
        h("button", { type: "button", onclick: askHowFar, "aria-label": "Advance by another time" }, "…"),
      ),
      next,
    ),
  );

  function tick() {
    const at = now();
    root.classList.toggle("unknown", !state.clock);
    setText(time, state.clock ? clockTime(at) : "–");
    setText(date, state.clock ? `${day(at)} UTC` : "");
    const none = of !== state.sandbox || !pending.length;
    if (none && document.activeElement === next) step.focus(); // what is hidden would drop the focus
    next.hidden = none;
    root.hidden = ["gone", "foreign"].includes(state.trouble) && !state.clock;
    refreshTimes();
  }

  async function update() {
    if (!state.clock || state.trouble) return;
    showPace(pace, state.clock);
    const { sandbox } = state;
    const found = await inSandbox("GET", "/timeline?limit=1");
    if (sandbox !== state.sandbox) return;
    [pending, of] = [found.pending, sandbox];
    for (const { due_at: due, says } of pending) next.replaceChildren(h("b", {}, "Next event "), remaining(due), `: ${says}`);
    tick();
  }

  setInterval(tick, 250);
  onChange(() => {
    tick();
    update().catch(() => {});
  });
}

/** Advance the clock, and show what happened. */
export async function advance(how) {
  const { happened, count, why } = await act("POST", "/clock/advance", how);
  const told = count === 1 ? happened[0].says : count ? `${count} events happened, the last: ${happened.at(-1).says}` : "Time passed, and nothing happened";
  say(`${told}.${why ? ` It ${why}.` : ""}`);
}

function askHowFar() {
  const by = h("input", { required: true, value: "3d", autocomplete: "off" });
  ask("Advance the clock", field("By how much", by, "90s, 10m, 2h, 1d, or idle: until no event is pending"), "Advance", () =>
    advance(by.value.trim() === "idle" ? { until: "idle" } : { by: by.value.trim() }),
  );
}

function showPace(pace, { mode, rate }) {
  const value = mode === "real" ? String(rate) : "";
  if (![...pace.options].some((option) => option.value === value)) pace.append(h("option", { value }, `${rate} s per s`));
  if (document.activeElement !== pace) pace.value = value;
}
