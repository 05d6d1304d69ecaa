// The two sides of a conversation: beside each other, or, where there is no room for both, one at a time behind tabs.

import { h, keyed } from "./dom.js";

/** Return a column of messages, `page` of them at a time; it stays at its end while that is where the reader is. */
export function side(name, page) {
  const list = h("ol", { class: "messages", tabindex: "0" });
  const heading = h("h2", {});
  const says = h("p", {});
  const tools = h("div", { class: "row tools", role: "group" });
  const earlier = h("button", { type: "button", onclick: () => turn(page) }, "Earlier messages");
  const later = h("button", { type: "button", onclick: () => turn(-page) }, "Later messages");
  const empty = h("p", { class: "quiet empty" }, "No message yet");
  const tab = h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `side-${name}` });
  const head = h("header", {}, heading, says, tools);
  const self = {
    skip: 0,
    tab,
    section: h("section", { class: `side ${name}-side`, id: `side-${name}`, role: "tabpanel", "aria-labelledby": tab.id }, head, h("div", { class: "window" }, earlier, empty, list, later)),
    onTurn: () => {},
    name(text, note, toolsLabel) {
      heading.textContent = tab.textContent = text;
      says.textContent = note;
      tools.setAttribute("aria-label", toolsLabel);
    },
    /** Show these tools, named by a word before them; the focus stays on what bears the same `data-focus`. */
    offer(caption, controls) {
      const active = tools.contains(document.activeElement) ? document.activeElement : null;
      tools.replaceChildren(h("span", { class: "caption" }, caption), ...controls.filter(Boolean));
      tools.hidden = tools.childElementCount === 1;
      if (active?.dataset.focus) tools.querySelector(`[data-focus="${active.dataset.focus}"]`)?.focus();
    },
    show(messages, total, render) {
      const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
      keyed(list, messages, (message) => message.id, render);
      list.setAttribute("aria-label", `${heading.textContent}, ${says.textContent}`);
      empty.hidden = messages.length > 0;
      list.hidden = messages.length === 0;
      earlier.hidden = self.skip + messages.length >= total;
      later.hidden = self.skip === 0;
      if (atEnd || self.turned) self.toEnd();
      self.turned = false;
    },
    toEnd: () => (list.scrollTop = list.scrollHeight),
  };
  list.addEventListener("load", () => self.atEnd && self.toEnd(), true); // a picture has come, and takes its room
  list.addEventListener("scroll", () => (self.atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40));
  function turn(by) {
    self.skip = Math.max(0, self.skip + by);
    self.turned = true;
    return self.onTurn();
  }
  return self;
}

/** Return the sides with the tabs above them, the first one chosen. */
export function tabbed(...sides) {
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Sides" }, sides.map(({ tab }) => tab));
  const choose = (chosen) => {
    for (const one of sides) {
      one.tab.setAttribute("aria-selected", String(one === chosen));
      one.tab.tabIndex = one === chosen ? 0 : -1;
      one.section.classList.toggle("chosen", one === chosen);
    }
    chosen.toEnd();
  };
  sides.forEach((one, place) => {
    one.tab.addEventListener("click", () => choose(one));
    one.tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = sides.at((place + step) % sides.length);
      choose(next);
      next.tab.focus();
    });
  });
  choose(sides[0]);
  return [tabs, h("div", { class: "sides" }, sides.map(({ section }) => section))];
}
