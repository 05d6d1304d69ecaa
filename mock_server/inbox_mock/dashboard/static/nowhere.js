// What stands where an address leads to nothing.

import { h } from "./dom.js";
import { state } from "./live.js";

/** Say that there is no such thing, what may have become of it, and where one may go instead: `[address, text]` pairs. */
export const nothing = (title, why, ...ways) =>
  h("div", { class: "welcome nowhere" }, h("h1", {}, title), h("p", {}, why), h("ul", { class: "row" }, ways.map(([href, text]) => h("li", {}, h("a", { class: "button", href }, text)))));

export const noSandbox = () =>
  nothing(`There is no sandbox ${state.sandbox}`, "It was deleted, it has expired, or its address is not quite right.", ["#/default/inbox", "Go to the default sandbox"], ["#/default/sandboxes", "See all sandboxes"]);

export const notYours = () =>
  nothing(`The sandbox ${state.sandbox} is not yours`, "Your admin token opens the sandboxes that were made with it.", ["#/default/sandboxes", "See your sandboxes"]);

export const noView = (name) =>
  nothing(`There is no page ${name}`, "The pages of a sandbox are named above.", [`#/${encodeURIComponent(state.sandbox)}/inbox`, "Go to the inbox"]);
