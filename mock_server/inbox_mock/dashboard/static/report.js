// The report: which rules the client violates, with the journal entries that are the evidence.

import { Refused } from "./api.js";
import { clear, h } from "./dom.js";
import { linkToEntry } from "./entries.js";
import { inSandbox } from "./live.js";

const PAUSE = 3000; // from an answer to the next question: a program at work changes the sandbox a hundred times a second
const VERDICTS = { clean: "No violations", notes: "Notes only", errors: "The client violates rules", broken: "Not every rule could judge: inbox-mock report names them" };
const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const NOTHING = "Nothing was judged: no request has come";

export function mount(root) {
  const results = h("div", { class: "findings" });
  let print = "";
  let answered = -PAUSE;
  root.append(h("div", { class: "page" }, h("header", {}, h("h1", {}, "Report"), h("p", { class: "quiet" }, "How the client behaved, evaluated from the journal.")), results));
  return async () => {
    await turn(answered);
    if (!results.isConnected) return;
    const found = await report();
    answered = performance.now();
    if (JSON.stringify(found) === print) return;
    print = JSON.stringify(found);
    clear(results, ...(found ? shown(found) : [h("p", { class: "card" }, "No rules are installed on this server, so there is no report.")]));
  };
}

/** Wait until the report may be asked for again, and the page is seen. */
async function turn(answered) {
  await new Promise((resolve) => setTimeout(resolve, answered + PAUSE - performance.now()));
  while (document.visibilityState !== "visible") await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

async function report() {
  try {
    return await inSandbox("GET", "/report?format=json");
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

function shown({ verdict, requests, webhooks, violations, rules, assumed, replay }) {
  const used = requests || webhooks;
  return [
    h("section", { class: "card", "aria-label": "Verdict" }, h("p", { class: `verdict ${used ? verdict : ""}` }, used ? (VERDICTS[verdict] ?? verdict) : NOTHING), h("p", { class: "quiet" }, `${many(requests, "request")}, ${many(webhooks, "webhook")}, ${many(rules.length, "rule")}, ${many(violations.length, "violation")}.`), replay && violations.length ? h("pre", { tabindex: "0", "aria-label": "How to run it again" }, replay) : null),
    ...violations.map(violation),
    rules.length ? h("section", { class: "card", "aria-label": "Rules" }, h("h2", {}, "Rules"), table(["Code", "Rule", "Violations"], rules.map((rule) => [h("span", { class: "code" }, rule.code), rule.title, rule.not_judged ? h("small", {}, `not judged: ${rule.not_judged}`) : rule.violations || "–"]))) : null,
    assumed?.length ? h("section", { class: "card", "aria-label": "Assumed" }, h("h2", {}, "Assumptions that this run relied on"), table(["Behaviour", "Seen", "Switch"], assumed.map((one) => [[one.behaviour, h("div", { class: "quiet" }, one.source)], one.seen, h("span", { class: "mono" }, one.switch ?? "–")]))) : null,
  ];
}

function violation({ code, severity, title, about, why, source, fix, entries }) {
  return h(
    "section",
    { class: `card violation ${severity}`, "aria-label": `${code}: ${title}` },
    h("h2", {}, h("span", { class: "code" }, code), " ", title, " ", h("em", { class: `chip ${severity === "error" ? "bad" : "wait"}` }, severity)),
    h("p", {}, about),
    h("dl", {}, h("dt", {}, "Why it matters"), h("dd", {}, why, source ? h("small", {}, ` (${source})`) : null), h("dt", {}, "What to do"), h("dd", {}, fix), h("dt", {}, "Evidence"), h("dd", {}, entries.length ? entries.map((id, place) => [place ? ", " : "", linkToEntry(id)]) : "none in the journal")),
  );
}

function table(names, rows) {
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell)))))));
}
