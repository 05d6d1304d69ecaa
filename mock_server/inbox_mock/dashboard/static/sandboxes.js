// Sandboxes: finding, naming, creating from a scenario, resetting, taking snapshots, forking and deleting.

import { call, Refused } from "./api.js";
import { catalogue } from "./catalogue.js";
import { ask, button, choice, field, h, keyed, say } from "./dom.js";
import { exportRow } from "./exports.js";
import { importCard } from "./imports.js";
import { act, actUndoably, inSandbox, look, S, state, watch } from "./live.js";
import { addressName } from "./switcher.js";

const enter = (id, view = "inbox") => (location.hash = `#/${encodeURIComponent(id)}/${view}`);
const UNITS = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];

export function mount(root) {
  const [rows, snapshots, details] = [h("tbody"), h("tbody"), h("dl", { class: "facts" })];
  const count = h("p", { class: "quiet" });
  const find = h("input", { type: "search", placeholder: "Name or id", "aria-label": "Find by name or id", oninput: () => update() });
  let turn = 0;
  const noSnapshot = h("p", { class: "quiet" }, "Nothing is kept yet.");
  const keptTable = table(["Name", "Its time", "Size", ""], snapshots);
  const thisOne = h(
    "section",
    { class: "card", "aria-labelledby": "this-one" },
    h("h2", { id: "this-one" }, "This sandbox"),
    details,
    h("div", { class: "row" }, button("Name it …", askLabel), button("Reset to the start", reset), button("Keep as it is …", askName), button("Fork", fork), button("Delete …", askDelete, { class: "danger" })),
    h("h3", {}, "Kept"),
    noSnapshot,
    keptTable,
    h("h3", {}, "As a file"),
    exportRow(),
  );
  root.append(
    h(
      "div",
      { class: "page" },
      h("header", {}, h("h1", {}, "Sandboxes"), h("p", { class: "quiet" }, "Isolated from each other, each with its own records, tokens and clock.")),
      thisOne,
      importCard(root, enter),
      h("section", { class: "card", "aria-label": "All sandboxes" }, h("div", { class: "row" }, h("h2", {}, "All"), button("Make one …", askScenario, { class: "primary" }), button("Look again", () => update()), find), count, table(["Name", "Scenario", "Seed", "Owner", "Time", "Kept until"], rows)),
    ),
  );

  async function update() {
    const mine = (turn += 1);
    const [here, kept, { sandboxes, count: all }] = await Promise.all([
      orElse(inSandbox("GET", ""), null),
      orElse(inSandbox("GET", "/snapshots"), { snapshots: [] }),
      call("GET", `/sandboxes?name=${encodeURIComponent(find.value.trim())}`),
    ]);
    if (mine !== turn) return;
    thisOne.hidden = here === null;
    if (here) describe(details, here);
    noSnapshot.hidden = kept.snapshots.length > 0;
    keptTable.hidden = kept.snapshots.length === 0;
    keyed(snapshots, kept.snapshots, (one) => one.name, snapshotRow);
    count.textContent = all > sandboxes.length ? `${all}, of which the latest ${sandboxes.length} are shown` : all === 1 ? "One sandbox" : `${all} sandboxes`;
    keyed(rows, sandboxes.reverse().map(({ id, name, owner, scenario, seed, clock, expires_at: until }) => ({ id, name, owner, scenario, seed, clock, until, current: id === here?.id })), (one) => one.id, sandboxRow);
  }

  return update;
}

/** Return what a call answers, or something else if the server refuses it: the list is shown to who may not see this sandbox. */
async function orElse(call, otherwise) {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Refused) return otherwise;
    throw error;
  }
}

function table(names, body) {
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))), body));
}

function describe(list, { api_url: url, token, scenario, seed, strict, cached, applications, name, note, owner, expires_at: until }) {
  const own = applications.find((one) => one.token === token) ?? applications.at(-1);
  const lines = [["Scenario", `${scenario}, seed ${seed}${strict ? ", strict" : ""}${cached ? "" : ", every answer made anew"}`], ["Base address", url], ["Token", token ?? "none"], ["Client id and secret", own?.client_secret ? `${own.client_id} ${own.client_secret}` : "none"]];
  const said = [["Name", name], ["Note", note], ["Owner", owner], ["Kept until", until && `${until}, unless it is used before`]].filter(([, value]) => value);
  const entry = (className) => ([name, value]) => [h("dt", {}, name), h("dd", { class: className(name) }, value)];
  list.replaceChildren(...said.flatMap(entry(() => null)), ...lines.flatMap(entry((name) => (name === "Scenario" ? null : "mono"))));
}

function snapshotRow({ name, at, bytes }) {
  const path = `/snapshots/${encodeURIComponent(name)}`;
  return h(
    "tr",
    {},
    h("td", {}, h("b", {}, name)),
    h("td", { class: "num" }, at),
    h("td", { class: "num" }, `${Math.ceil(bytes / 1000).toLocaleString("en")} kB`),
    h("td", {}, h("div", { class: "row" }, button("Go back to it", () => actUndoably("POST", `${path}/restore`, `Back at ${name}.`), { class: "small", "data-focus": "restore" }), button("Forget …", () => askForget(name, path), { class: "small", "data-focus": "forget" }))),
  );
}

function sandboxRow({ id, name, owner, scenario, seed, clock, until, current }) {
  const known = addressName(id);
  return h(
    "tr",
    {},
    h("td", {}, h("a", { href: `#/${known}/inbox`, class: name ? null : "mono", "data-focus": "open" }, name ?? known), name ? [" ", h("small", { class: "mono" }, known)] : null, current ? [" ", h("em", { class: "chip good" }, "this one")] : null),
    h("td", {}, scenario),
    h("td", { class: "num" }, seed),
    h("td", {}, owner),
    h("td", { class: "num" }, `${clock.now} `, h("small", {}, clock.mode === "real" ? "running" : "standing")),
    h("td", { class: "num" }, until),
  );
}

/** Snapshots and sandboxes are no part of a sandbox's state, so nothing tells of them: look at this view again. */
function refresh() {
  state.version = -1;
  return look();
}

const reset = () => actUndoably("POST", "/reset", "Back at the start.");

async function fork() {
  const { id } = await call("POST", `${S()}/fork`, {});
  enter(id, "sandboxes");
  say(`Sandbox ${id} goes on from here.`);
}

async function askLabel() {
  const { name, note, ttl } = await inSandbox("GET", "");
  const [unit, seconds] = UNITS.find(([, one]) => ttl % one === 0) ?? ["s", 1];
  const called = h("input", { autocomplete: "off", maxlength: 64, value: name ?? "" });
  const about = h("textarea", { rows: 3, maxlength: 1000, value: note ?? "" });
  const kept = h("input", { autocomplete: "off", placeholder: "for good", value: ttl === null ? "" : `${ttl / seconds}${unit}` });
  ask("What others see of this sandbox", [field("Name", called), field("Note", about), field("Kept unused for", kept, "8h or 7d, by the clock on the wall; for good, if it is empty.")], "Save", async () => {
    await act("PATCH", "", { name: called.value.trim() || null, note: about.value.trim() || null, ttl: kept.value.trim() || null });
    await refresh();
  });
}

function askName() {
  const name = h("input", { required: true, autocomplete: "off", value: "before" });
  ask("Keep this sandbox as it is", field("Under which name", name), "Keep", async () => {
    await act("POST", "/snapshots", { name: name.value.trim() });
    await refresh();
  });
}

function askForget(name, path) {
  ask(`Forget ${name}?`, h("p", {}, "Nobody can go back to it any more. The sandbox itself stays as it is."), "Forget", async () => {
    await act("DELETE", path);
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
  const name = h("input", { autocomplete: "off", maxlength: 64 });
  const seed = h("input", { type: "number", min: 0, placeholder: "as the scenario says" });
  const clock = choice([["manual", "stands"], ["real", "runs"]]);
  const strict = h("input", { type: "checkbox" });
  const content = [field("Name", name), field("Scenario", scenario), says, h("div", { class: "row" }, field("Seed", seed), field("Clock", clock)), h("label", { class: "check" }, strict, "Refuse what the guide asks clients to refrain from")];
  ask("Make a sandbox", content, "Make it", async () => {
    const body = { scenario: scenario.value, clock: { mode: clock.value } };
    if (name.value.trim()) body.name = name.value.trim();
    if (seed.value) body.seed = Number(seed.value);
    if (strict.checked) body.strict = true;
    const { id } = await call("POST", "/sandboxes", body);
    enter(id);
  });
}
