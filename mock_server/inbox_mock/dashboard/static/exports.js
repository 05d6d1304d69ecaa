// The watched sandbox as a file: its traffic or its records in the formats of other tools, or itself as a scenario.

import { addressOf, download, isGuarded } from "./api.js";
import { catalogue } from "./catalogue.js";
import { busy, choice, field, h, say } from "./dom.js";
import { S, state } from "./live.js";

const OF = [["journal", "what came, and was answered"], ["state", "all that it holds"]];
const BUNDLE = { name: "bundle", says: "all that is needed to repeat the run", ending: ".zip" };
const LASTS = 60_000; // milliseconds in which the browser has taken a file that is saved

/** Return what offers the sandbox as a file: to be clicked, or to be dragged to where files are. */
export function exportRow() {
  const format = choice([]);
  const of = choice(OF);
  const isPrivate = h("input", { type: "checkbox" });
  const link = h("a", { class: "button", href: "", download: "", draggable: "true", hidden: true }, "Save as a file");
  const isBundle = () => format.value === BUNDLE.name;
  const path = () => {
    const query = new URLSearchParams({ format: format.value, of: of.value, private: Number(isPrivate.checked) });
    return S() + (isBundle() ? "/bundle" : `/export?${query}`);
  };

  format.addEventListener("change", () => [of, isPrivate].forEach((control) => (control.disabled = isBundle())));
  link.addEventListener("click", (event) => {
    event.preventDefault();
    busy(link, () => save(path()));
  });
  link.addEventListener("dragstart", (event) => {
    if (isGuarded()) return event.preventDefault(); // the browser gets the file by itself, without the token
    const file = `${state.sandbox}-${of.value}${format.selectedOptions[0]?.dataset.ending}`;
    return event.dataTransfer.setData("DownloadURL", `application/octet-stream:${file}:${addressOf(path())}`);
  });
  busy(format, async () => {
    const { exports } = await catalogue();
    format.append(...[...exports, BUNDLE].map(({ name, says, ending }) => h("option", { value: name, "data-ending": ending }, `${name}: ${says}`)));
    format.value = "har";
    link.hidden = false;
  });
  return h("div", { class: "row" }, field("Format", format), field("Of it", of), h("label", { class: "check" }, isPrivate, "Replace private data"), link);
}

async function save(path) {
  const { blob, name, lacks } = await download(path);
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), LASTS);
  say(`${name} is saved. ${lacks ?? ""}`);
}
