// Going back: a slider over the checkpoints of a history, and a fork from any of them.

import { call } from "./api.js";
import { button, choice, field, h, say } from "./dom.js";
import { act, inSandbox, S } from "./live.js";
import { clockTime, day } from "./words.js";

const PAGE = 200;
const HERE = "";

/** Return the card, and how to update it. */
export function rewinding() {
  const slider = h("input", { type: "range", min: 0, step: 1, oninput: () => choose(shown[slider.valueAsNumber]?.id ?? null) });
  const history = choice([], { onchange: () => choose(null) });
  const [when, what] = [h("b"), h("span")];
  const none = h("p", { class: "quiet" }, "Nothing to go back to yet: each request that writes, each event and each deed on this page makes a checkpoint.");
  const back = button("Go back to here", goBack, { class: "primary" });
  const fork = button("Fork from here", forkIt);
  const histories = field("History", history);
  const some = h("div", { class: "rewinding" }, histories, field("Checkpoint", slider), h("p", { class: "point" }, when, " ", what), h("div", { class: "row" }, back, fork));
  const card = h("section", { class: "card", "aria-labelledby": "going-back" }, h("h2", { id: "going-back" }, "Go back, and act otherwise"), none, some);
  let [points, shown, chosen] = [[], [], null];
  some.hidden = true; // until it is known what there is to choose from

  /** Choose a checkpoint by its id, or the end of the history. */
  function choose(id) {
    chosen = id;
    show();
  }

  function show() {
    shown = points.filter(({ past, branch }) => (history.value === HERE ? past : String(branch) === history.value));
    const [place, last] = [shown.findIndex(({ id }) => id === chosen), history.value === HERE ? shown.length : shown.length - 1];
    slider.max = last;
    slider.value = place < 0 ? last : place;
    const point = shown[slider.valueAsNumber];
    when.textContent = point ? `${clockTime(Date.parse(point.at))}, ${day(Date.parse(point.at))}` : "Now";
    what.textContent = point ? `before: ${point.says}` : "the present";
    slider.setAttribute("aria-valuetext", `${when.textContent} ${what.textContent}`);
    back.disabled = fork.disabled = !point;
    none.hidden = points.length > 0;
    some.hidden = !none.hidden;
  }

  const pointed = () => shown[slider.valueAsNumber];

  async function goBack() {
    const point = pointed();
    await act("POST", "/clock/rewind", { point: point.id });
    history.value = HERE;
    choose(null);
    slider.focus();
    say(`Back before: ${point.says}. What came after it is another history now.`);
  }

  async function forkIt() {
    const { id } = await call("POST", `${S()}/fork`, { point: pointed().id });
    location.hash = `#/${encodeURIComponent(id)}/timeline`;
    say(`Sandbox ${id} goes on from there.`);
  }

  async function update() {
    points = await everyPoint();
    const others = [...new Set(points.filter(({ past }) => !past).map(({ branch }) => branch))];
    const before = history.value;
    history.replaceChildren(...[[HERE, "the present one"], ...others.map((branch) => [branch, `history ${branch}, which was left`])].map(([value, text]) => h("option", { value }, text)));
    history.value = others.map(String).includes(before) ? before : HERE;
    histories.hidden = others.length === 0;
    show();
  }

  return { card, update };
}

async function everyPoint() {
  const found = [];
  let count;
  do {
    const page = await inSandbox("GET", `/clock/points?limit=${PAGE}&skip=${found.length}`);
    found.unshift(...page.points);
    count = page.points.length < PAGE ? 0 : page.count;
  } while (found.length < count);
  return found;
}
