// The page: which view of which sandbox is shown, and the message when the server or the sandbox is gone.

import { ROOT } from "./api.js";
import { mountClock } from "./clock.js";
import { clear, h } from "./dom.js";
import { onChange, state, watch } from "./live.js";
import { noSandbox, notYours, noView } from "./nowhere.js";
import { mountSwitcher } from "./switcher.js";

const VIEWS = {
  inbox: ["Inbox", () => import("./inbox.js")],
  timeline: ["Timeline", () => import("./timeline.js")],
  webhooks: ["Webhooks", () => import("./webhooks.js")],
  faults: ["Faults", () => import("./faults.js")],
  journal: ["Journal", () => import("./journal.js")],
  report: ["Report", () => import("./report.js")],
  sandboxes: ["Sandboxes", () => import("./sandboxes.js")],
};
const main = document.getElementById("main");
const banner = document.getElementById("banner");
const where = document.getElementById("where");
const NOWHERE = "nowhere";
const MISSING = { gone: noSandbox, foreign: notYours }; // by the trouble, what stands in place of a sandbox's pages
let shown = { name: null, sandbox: null, view: null };
let turn = 0;

/** #/default/inbox/c81 is the inbox of the sandbox `default`, with something of it chosen. */
function route() {
  const [, sandbox = "default", name = "inbox", chosen = ""] = location.hash.split("/").map(decoded);
  return { sandbox: sandbox || "default", name: name || "inbox", chosen };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function go() {
  const { sandbox, name, chosen } = route();
  const mine = (turn += 1);
  const moved = sandbox !== shown.sandbox;
  if (moved) await watch(sandbox);
  if (mine !== turn) return;
  nav(sandbox, name);
  if (!Object.hasOwn(VIEWS, name)) return showNothing(sandbox, noView(name));
  if (Object.hasOwn(MISSING, state.trouble) && name !== "sandboxes") return showNothing(sandbox, MISSING[state.trouble]());
  if (moved || name !== shown.name) {
    const module = await VIEWS[name][1]();
    if (mine !== turn) return;
    const first = shown.name === null;
    shown = { name, sandbox, view: null };
    main.ariaBusy = "true";
    clear(main);
    main.className = `view-${name}`;
    document.title = `${VIEWS[name][0]} – Inbox Mock`;
    shown.view = refreshing(module.mount(main));
    if (!first) main.focus({ preventScroll: true });
  }
  await shown.view(chosen);
  if (mine === turn) main.ariaBusy = null;
}

function showNothing(sandbox, content) {
  main.ariaBusy = null;
  const first = shown.name === null;
  shown = { name: NOWHERE, sandbox, view: null, isMissing: Object.hasOwn(MISSING, state.trouble) };
  clear(main, content);
  main.className = "";
  document.title = "Nothing here – Inbox Mock";
  tellTrouble(null);
  if (!first) main.focus({ preventScroll: true });
}

/** Return a way to update a view that runs once at a time, and once more if it was asked for meanwhile. */
function refreshing(update) {
  let running = null;
  let again = false;
  let chosen = "";
  const run = async () => {
    do {
      again = false;
      try {
        await update(chosen);
      } catch (error) {
        if (error.name !== "AbortError" && !state.trouble) tellTrouble(error.message);
      }
    } while (again);
    running = null;
  };
  return (wanted = chosen) => {
    chosen = wanted;
    if (running) again = true;
    else running = run();
    return running;
  };
}

function nav(sandbox, name) {
  const list = h("ul");
  for (const [key, [title]] of Object.entries(VIEWS)) {
    list.append(h("li", {}, h("a", { href: `#/${encodeURIComponent(sandbox)}/${key}`, "aria-current": key === name ? "page" : null }, title)));
  }
  const bar = document.getElementById("nav");
  const focused = bar.contains(document.activeElement) ? document.activeElement.textContent : null;
  bar.replaceChildren(list);
  if (focused) [...list.querySelectorAll("a")].find((link) => link.textContent === focused)?.focus();
  const current = list.querySelector("[aria-current]");
  if (current) bar.scrollLeft = current.offsetLeft - bar.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2; // where not all fit
  nameIt();
}

function tellTrouble(text) {
  banner.hidden = !text;
  banner.replaceChildren(...[text].flat());
}

onChange(() => {
  nameIt();
  const isHere = shown.sandbox === state.sandbox;
  if (Object.hasOwn(MISSING, state.trouble) && !isHere) return null; // `go` says so
  if (shown.name === NOWHERE) return isHere && shown.isMissing && !state.trouble ? go() : null; // it has come after all
  if (state.trouble === "unreachable") return tellTrouble("The server does not answer. Trying again …");
  if (state.trouble === "gone") {
    const home = h("a", { href: "#/default/inbox" }, "Go to the default sandbox");
    return tellTrouble([`There is no sandbox ${state.sandbox} any more: it was deleted, or the server was restarted. `, home]);
  }
  if (state.trouble === "foreign") return shown.name === "sandboxes" ? tellTrouble(null) : go();
  const others = h("a", { href: `#/${encodeURIComponent(state.sandbox)}/sandboxes` }, "Choose a sandbox");
  tellTrouble(state.trouble && [`${state.trouble} `, others]);
  return state.trouble ? null : isHere && shown.view?.();
});

mountClock(document.getElementById("clock"));
where.append(h("a", { href: `${ROOT}/docs` }, "Docs"));
const nameIt = mountSwitcher(where, () => (Object.hasOwn(VIEWS, shown.name) ? shown.name : "inbox"));
window.addEventListener("hashchange", go);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
go();
