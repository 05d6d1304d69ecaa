// Faults: switching them on, with forms generated from each kind's options, and how often they struck.

import { catalogue } from "./catalogue.js";
import { busy, button, choice, field, h, keyed } from "./dom.js";
import { entriesBetween, linkToEntry, PAGE } from "./entries.js";
import { act, inSandbox, state } from "./live.js";

const METHODS = ["", "GET", "POST", "PUT", "PATCH", "DELETE"];

export function mount(root) {
  const rows = h("tbody");
  const table = h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Fault", "Strikes", "Struck", "Left", "Lately", ""].map((text) => h("th", { scope: "col" }, text)))), rows));
  const none = h("p", { class: "quiet" }, "Nothing goes wrong on purpose.");
  const kinds = h("div", { class: "kinds", role: "group", "aria-label": "Kinds of faults" });
  const form = h("div");
  root.append(
    h(
      "div",
      { class: "page" },
      h("header", {}, h("h1", {}, "Faults"), h("p", { class: "quiet" }, "What a real service does rarely: an error, a lost answer, a webhook that is delivered twice.")),
      h("section", { class: "card", "aria-label": "Faults that are on" }, h("h2", {}, "Switched on"), none, table),
      h("section", { class: "card", "aria-label": "Switch a fault on" }, h("h2", {}, "Switch one on"), kinds, form),
    ),
  );
  catalogue().then((known) => offer(kinds, form, known)).catch(() => {});
  return async () => {
    const newest = state.journal;
    const [{ faults }, entries] = await Promise.all([inSandbox("GET", "/faults"), entriesBetween(newest - PAGE + 1, newest)]);
    none.hidden = faults.length > 0;
    table.hidden = faults.length === 0;
    const struckBy = (id) => entries.filter(({ fault_id: fault }) => fault === id).slice(0, 5).map((entry) => entry.id);
    keyed(rows, faults.map((fault) => ({ ...fault, lately: struckBy(fault.id) })), (fault) => fault.id, faultRow);
  };
}

function faultRow({ id, kind, match, struck, left, ends_at: ends, lately, ...rest }) {
  const options = Object.entries(rest).filter(([name]) => !["times", "set_at", "seen"].includes(name)).map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  const where = Object.entries(match).map(([name, value]) => `${name} ${value}`);
  return h(
    "tr",
    {},
    h("td", {}, h("b", { class: "mono" }, kind), options.length ? h("div", { class: "quiet" }, options.join(", ")) : null),
    h("td", {}, where.join(", ") || "everything"),
    h("td", { class: "num" }, struck ? h("em", { class: "chip bad" }, `${struck} ×`) : "not yet"),
    h("td", { class: "num" }, left ?? (ends ? `until ${ends}` : "no end")),
    h("td", {}, lately.map((entry, place) => [place ? ", " : "", linkToEntry(entry)])),
    h("td", {}, button("Switch off", () => act("DELETE", `/faults/${id}`), { class: "small", "data-focus": "off" })),
  );
}

function offer(kinds, form, { faults, events }) {
  const buttons = faults.toSorted((one, other) => one.strikes.localeCompare(other.strikes)).map((fault) =>
    h(
      "button",
      { type: "button", "aria-pressed": "false", onclick: (event) => choose(fault, event.currentTarget) },
      h("span", {}, h("b", {}, fault.kind), " ", h("small", {}, fault.strikes)),
      h("small", {}, fault.says.replaceAll("`", "")),
    ),
  );
  function choose(fault, chosen) {
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === chosen));
    form.replaceChildren(formOf(fault, events));
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("input, select, button").focus({ preventScroll: true });
  }
  kinds.replaceChildren(...buttons);
}

/** Return the form of one kind: its own options, then what it strikes and how often. */
function formOf(fault, events) {
  const options = Object.entries(fault.options).map(([name, schema]) => [name, schema, control(schema)]);
  const requests = fault.strikes === "requests";
  const match = requests
    ? { method: choice(METHODS.map((name) => [name, name || "any"])), path: h("input", { placeholder: "/inbox/messages", pattern: "/.*", autocomplete: "off" }) }
    : { event: choice([["", "any"], ...events.map((name) => [name, name])]) };
  const times = h("input", { type: "number", min: 1, value: fault.lasts ? "" : 1 });
  const submit = h("button", { class: "primary" }, `Switch ${fault.kind} on`);
  const form = h(
    "form",
    { class: "fault-form" },
    h("div", { class: "row" }, options.map(([name, schema, made]) => field(name, made, schema.description))),
    h(
      "div",
      { class: "row" },
      requests ? [field("method", match.method), field("path", match.path, "under /api/v3, or /oauth/token; * stands for anything; any under /api/v3, if empty")] : field("event", match.event),
      field("times", times, `how often; ${fault.lasts ? `for ${fault.lasts}` : "always"}, if empty`),
    ),
    h("div", { class: "row end" }, submit),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(submit, () => {
      const body = { kind: fault.kind };
      for (const [name, schema, made] of options) if (made.value !== "") body[name] = valueOf(schema, made.value);
      const strikes = Object.fromEntries(Object.entries(match).map(([name, made]) => [name, made.value.trim()]).filter(([, value]) => value));
      if (Object.keys(strikes).length) body.match = strikes;
      if (times.value) body.times = Number(times.value);
      return act("POST", "/faults", body);
    });
  });
  return form;
}

const typesOf = (schema) => (schema["x-duration"] ? ["string"] : [schema.type].flat());

function control(schema) {
  const usual = schema.default ?? "";
  if (schema.enum) return choice(schema.enum.map((value) => [value, value]));
  if (typesOf(schema).includes("boolean")) return choice([["", `usual: ${usual === true ? "yes" : "no"}`], ["true", "yes"], ["false", "no"]]);
  if (typesOf(schema).includes("integer")) return h("input", { type: "number", min: schema.minimum, max: schema.maximum, value: usual });
  return h("input", { value: typeof usual === "object" ? "" : usual, autocomplete: "off" });
}

function valueOf(schema, text) {
  const types = typesOf(schema);
  if (types.includes("boolean")) return text === "true";
  if (types.includes("integer") || types.includes("number")) return Number(text);
  if (types.includes("object") || types.includes("array")) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}
