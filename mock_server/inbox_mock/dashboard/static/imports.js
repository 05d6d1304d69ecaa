// A file from elsewhere becomes a sandbox: a recording of the real API, a scenario file or a reproduction bundle, dropped or chosen.

import { call } from "./api.js";
import { button, clear, droppable, field, h } from "./dom.js";

const KEPT = [["texts", "Keep texts"], ["names", "Keep names"]];

/** Return the card that takes a file; all of `zone` takes what is dropped. `enter` shows the sandbox that is made. */
export function importCard(zone, enter) {
  const picker = h("input", { type: "file", onchange: () => take() });
  const kept = KEPT.map(([name, label]) => [name, label, h("input", { type: "checkbox", onchange: () => take() })]);
  const trouble = h("p", { class: "trouble", role: "alert" });
  const found = h("div", { class: "found", role: "group", "aria-label": "What is in the file" });
  const card = h(
    "section",
    { class: "card drop", "aria-labelledby": "from-a-file" },
    h("h2", { id: "from-a-file" }, "From a file"),
    h("p", { class: "quiet" }, "Drop it here: recorded traffic of the real API (a HAR, a cassette), a scenario, or a reproduction bundle. What is private in a recording is replaced by something of the same shape."),
    h("div", { class: "row" }, field("File", picker), kept.map(([, label, box]) => h("label", { class: "check" }, box, label))),
    trouble,
    found,
  );
  let turn = 0;

  droppable(zone, card, (files) => {
    picker.files = files;
    take();
  });

  async function take() {
    const mine = (turn += 1);
    const [file] = picker.files;
    trouble.textContent = "";
    clear(found);
    if (!file) return;
    const keep = kept.filter(([, , box]) => box.checked).map(([name]) => name);
    card.setAttribute("aria-busy", "true");
    try {
      const read = await call("POST", `/recordings?${new URLSearchParams({ name: file.name, keep })}`, file);
      if (mine === turn) clear(found, ...shown(read, file));
    } catch (error) {
      if (mine === turn) trouble.textContent = error.message;
    } finally {
      if (mine === turn) card.removeAttribute("aria-busy");
    }
  }

  function shown({ scenario, says, made_up: madeUp }, file) {
    const name = h("input", { autocomplete: "off", maxlength: 64, value: file.name.replace(/\.[^.]*$/, "").slice(0, 64) });
    const make = async () => {
      const called = name.value.trim() ? { name: name.value.trim() } : {};
      const { id } = await (scenario ? call("POST", "/sandboxes", { scenario, ...called }) : call("POST", "/bundles", file));
      enter(id);
    };
    const invented = madeUp.map(({ what, count, example, why }) => h("li", {}, h("b", {}, `${what}: ${count}`), `, such as ${example}: ${why}`));
    return [
      says.map((line) => h("p", {}, line)),
      invented.length ? [h("h3", {}, "Made up, or not known"), h("ul", { class: "made-up", tabindex: "0", "aria-label": "Made up, or not known" }, invented)] : [],
      h("div", { class: "row" }, scenario ? field("Name", name) : null, button("Make a sandbox of it", make, { class: "primary" })),
    ].flat();
  }

  return card;
}
