// A file from elsewhere becomes a sandbox: a recording of the real API, a scenario file, or a reproduction bundle, dropped or chosen.

import { call } from "./api.js";
import { button, busy, clear, field, h } from "./dom.js";

const KEPT = [["texts", "Keep texts"], ["names", "Keep names"]];

/** Return the card that takes a file. All of `zone` takes what is dropped; `enter` shows the sandbox that is made. */
export function importCard(zone, enter) {
  const picker = h("input", { type: "file", onchange: () => take(picker.files[0]) });
  const kept = KEPT.map(([name, label]) => [name, label, h("input", { type: "checkbox", onchange: () => take(file) })]);
  const found = h("div", { class: "found", "aria-live": "polite" });
  const trouble = h("p", { class: "trouble", role: "alert" });
  const card = h(
    "section",
    { class: "card drop", "aria-labelledby": "from-a-file" },
    h("h2", { id: "from-a-file" }, "From your traffic"),
    h("p", { class: "quiet" }, "Drop a file here: a HAR or a cassette with traffic of the real API, a scenario, or a reproduction bundle. Private data in a recording are replaced by invented ones of the same shape."),
    h("div", { class: "row" }, field("File", picker), kept.map(([, label, box]) => h("label", { class: "check" }, box, label))),
    trouble,
    found,
  );
  let file = null;

  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    card.classList.add("over");
  });
  zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || card.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    card.classList.remove("over");
    picker.files = event.dataTransfer.files;
    take(picker.files[0]);
  });

  function take(chosen) {
    file = chosen ?? null;
    return file && busy(card, () => look(file));
  }

  async function look(wanted) {
    trouble.textContent = "";
    clear(found);
    const keep = kept.filter(([, , box]) => box.checked).map(([name]) => name);
    const query = new URLSearchParams({ name: wanted.name, ...(keep.length && { keep: keep.join(",") }) });
    try {
      const read = await call("POST", `/recordings?${query}`, wanted);
      if (wanted === file) clear(found, ...shown(read, wanted));
    } catch (error) {
      trouble.textContent = error.message;
    }
  }

  function shown({ scenario, found: what, made_up: madeUp }, wanted) {
    const name = h("input", { autocomplete: "off", maxlength: 64, value: wanted.name.replace(/\.[^.]*$/, "").slice(0, 64) });
    const make = async () => {
      const { id } = await (scenario ? call("POST", "/sandboxes", { scenario, name: name.value.trim() || null }) : call("POST", "/bundles", wanted));
      enter(id);
    };
    return [
      h("h3", {}, what.says),
      madeUp.length ? h("p", {}, "What it does not tell, and what was made up in its place:") : null,
      madeUp.length ? h("ul", { class: "made-up", tabindex: "0", "aria-label": "Made up" }, madeUp.map(({ says }) => h("li", {}, says))) : null,
      h("div", { class: "row" }, scenario ? field("Name", name) : null, button("Make a sandbox of it", make, { class: "primary" })),
    ];
  }

  return card;
}
