// The sandbox that is shown, above every view, and the way to another one.

import { call } from "./api.js";
import { h, keyed } from "./dom.js";
import { state } from "./live.js";

const MOST = 12;
const DEFAULT = "000000000000";

/** A sandbox's name in addresses. */
export const addressName = (id) => (id === DEFAULT ? "default" : id);

/** Show the button with its list in `root`; `view` returns the name of the present view, which stays. Return how to update the button. */
export function mountSwitcher(root, view) {
  const here = h("button", { type: "button", id: "here", class: "here", popovertarget: "switcher" });
  const find = h("input", { type: "search", placeholder: "Name or id", "aria-label": "Find a sandbox", oninput: () => fill() });
  const list = h("ul");
  const none = h("p", { class: "quiet", hidden: true }, "No other sandbox has this name.");
  const all = h("a", { class: "all", onclick: close }, "All sandboxes, and new ones");
  const panel = h("div", { id: "switcher", class: "switcher", popover: "auto", role: "dialog", "aria-label": "Go to another sandbox" }, find, list, none, all);
  let turn = 0;
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    find.value = "";
    all.href = linkTo(state.sandbox, "sandboxes");
    find.focus();
    fill();
  });
  root.prepend(here, panel);

  const linkTo = (sandbox, name) => `#/${encodeURIComponent(sandbox)}/${name}`;

  function close() {
    panel.hidePopover();
    here.focus();
  }

  async function fill() {
    const mine = (turn += 1);
    const found = await call("GET", `/sandboxes?limit=${MOST}&name=${encodeURIComponent(find.value.trim())}`).catch(() => ({ sandboxes: [] }));
    if (mine !== turn) return;
    const rows = found.sandboxes.reverse().map(({ id, name, scenario }) => ({ id: addressName(id), name, scenario, view: view(), isHere: addressName(id) === state.sandbox }));
    keyed(list, rows, ({ id }) => id, row);
    none.hidden = rows.length > 0;
  }

  const row = ({ id, name, scenario, view: shown, isHere }) =>
    h("li", {}, h("a", { href: linkTo(id, shown), onclick: close, "aria-current": isHere ? "true" : null }, h("b", { dir: "auto" }, name ?? id), h("small", {}, name ? `${id} · ${scenario}` : scenario)));

  return () => {
    const text = `Sandbox ${state.name ?? state.sandbox}`;
    if (here.textContent !== text) here.textContent = text;
  };
}
