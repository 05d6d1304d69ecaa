// Sandboxes: listing, creating from a scenario, resetting, taking snapshots, forking and deleting.

import { call } from "./api.js";
import { catalogue } from "./catalogue.js";
import { ask, button, choice, field, h, keyed, say } from "./dom.js";
import { act, inSandbox, look, S, state, watch } from "./live.js";

const DEFAULT = "000000000000";
const enter = (id, view = "inbox") => (location.hash = `#/${encodeURIComponent(id)}/${view}`);
const nameOf = (id) => (id === DEFAULT ? "default" : id);

export function mount(root) {
  const [rows, snapshots, details] = [h("tbody"), h("tbody"), h("dl", { class: "facts" })];
  const count = h("p", { class: "quiet" });
  const noSnapshot = h("p", { class: "quiet" }, "Nothing is kept yet.");
  const keptTable = table(["Name", "Its time", "Size", ""], snapshots);
  root.append(
    h(
      "div",
      { class: "page" },
      h("header", {}, h("h1", {}, "Sandboxes"), h("p", { class: "quiet" }, "Isolated from each other, each with its own records, tokens and clock.")),
      h(
        "section",
        { class: "card", "aria-labelledby": "this-one" },
        h("h2", { id: "this-one" }, "This sandbox"),
        details,
        h("div", { class: "row" }, button("Reset to the start", reset), button("Keep as it is …", askName), button("Fork", fork), button("Delete", askDelete, { class: "danger" })),
        h("h3", {}, "Kept"),
        noSnapshot,
        keptTable,
      ),
      h("section", { class: "card", "aria-label": "All sandboxes" }, h("div", { class: "row" }, h("h2", {}, "All"), button("Make one …", askScenario, { class: "primary" }), button("Look again", () => update())), count, table(["Id", "Scenario", "Seed", "Time", ""], rows)),
    ),
  );

  async function update() {
    const [mine, kept, { sandboxes, count: all }] = await Promise.all([inSandbox("GET", ""), inSandbox("GET", "/snapshots"), call("GET", "/sandboxes")]);
    describe(details, mine);
    noSnapshot.hidden = kept.snapshots.length > 0;
    keptTable.hidden = kept.snapshots.length === 0;
    keyed(snapshots, kept.snapshots, (one) => one.name, snapshotRow);
    count.textContent = all > sandboxes.length ? `${all}, of which the latest ${sandboxes.length} are shown` : all === 1 ? "One sandbox" : `${all} sandboxes`;
    keyed(rows, sandboxes.reverse().map(({ id, scenario, seed, clock }) => ({ id, scenario, seed, clock, current: id === mine.id })), (one) => one.id, sandboxRow);
  }

  return update;
}

function table(names, body) {
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))), body));
}

function describe(list, { api_url: url, token, scenario, seed, strict, applications }) {
  const own = applications.find((one) => one.token === token) ?? applications.at(-1);
  const lines = [["Scenario", `${scenario}, seed ${seed}${strict ? ", strict" : ""}`], ["Base address", url], ["Token", token ?? "none"], ["Client id and secret", own ? `${own.client_id} ${own.client_secret}` : "none"]];
  list.replaceChildren(...lines.flatMap(([name, value]) => [h("dt", {}, name), h("dd", { class: name === "Scenario" ? null : "mono" }, value)]));
}

function snapshotRow({ name, at, bytes }) {
  const path = `/snapshots/${encodeURIComponent(name)}`;
  return h(
    "tr",
    {},
    h("td", {}, h("b", {}, name)),
    h("td", { class: "num" }, at),
    h("td", { class: "num" }, `${Math.ceil(bytes / 1000).toLocaleString("en")} kB`),
    h("td", {}, h("div", { class: "row" }, button("Go back to it", () => act("POST", `${path}/restore`), { class: "small", "data-focus": "restore" }), button("Forget", () => act("DELETE", path).then(() => refresh()), { class: "small", "data-focus": "forget" }))),
  );
}

function sandboxRow({ id, scenario, seed, clock, current }) {
  const name = nameOf(id);
  return h("tr", {}, h("td", {}, h("a", { href: `#/${name}/inbox`, class: "mono", "data-focus": "open" }, name), current ? [" ", h("em", { class: "chip good" }, "this one")] : null), h("td", {}, scenario), h("td", { class: "num" }, seed), h("td", { class: "num" }, `${clock.now} `, h("small", {}, clock.mode === "real" ? "running" : "standing")), h("td"));
}

/** Snapshots and sandboxes are no part of a sandbox's state, so nothing tells of them: look at this view again. */
function refresh() {
  state.version = -1;
  return look();
}

async function reset() {
  await act("POST", "/reset");
  say("Back at the start.");
}

async function fork() {
  const { id } = await call("POST", `${S()}/fork`, {});
  enter(id, "sandboxes");
  say(`Sandbox ${id} goes on from here.`);
}

function askName() {
  const name = h("input", { required: true, autocomplete: "off", value: "before" });
  ask("Keep this sandbox as it is", field("Under which name", name), "Keep", async () => {
    await act("POST", "/snapshots", { name: name.value.trim() });
    await refresh();
  });
}

function askDelete() {
  ask("Delete this sandbox?", h("p", {}, `${state.sandbox} and all that is in it are gone for good; its tokens belong to nobody.`), "Delete", async () => {
    const path = S();
    await watch("default"); // nobody waits for news of what goes away
    await call("DELETE", path);
    enter("default", "sandboxes");
  });
}

async function askScenario() {
  const { scenarios } = await catalogue();
  const says = h("p", { class: "quiet" });
  const scenario = choice(scenarios.map(({ name }) => [name, name]));
  const tell = () => (says.textContent = scenarios.find(({ name }) => name === scenario.value)?.description ?? "");
  scenario.addEventListener("change", tell);
  tell();
  const seed = h("input", { type: "number", min: 0, placeholder: "as the scenario says" });
  const clock = choice([["manual", "stands"], ["real", "runs"]]);
  const strict = h("input", { type: "checkbox" });
  const content = [field("Scenario", scenario), says, h("div", { class: "row" }, field("Seed", seed), field("Clock", clock)), h("label", { class: "check" }, strict, "Refuse what the guide asks clients to refrain from")];
  ask("Make a sandbox", content, "Make it", async () => {
    const body = { scenario: scenario.value, clock: { mode: clock.value } };
    if (seed.value) body.seed = Number(seed.value);
    if (strict.checked) body.strict = true;
    const { id } = await call("POST", "/sandboxes", body);
    enter(id);
  });
}
