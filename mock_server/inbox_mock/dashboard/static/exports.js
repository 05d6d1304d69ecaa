// The watched sandbox as a file: its journal in the formats of other tools, or the sandbox itself.

import { addressOf, download, isGuarded } from "./api.js";
import { catalogue } from "./catalogue.js";
import { busy, choice, field, h } from "./dom.js";
import { S } from "./live.js";

/** Return what offers the sandbox as a file: to be clicked, or to be dragged to where files are. */
export function exportRow() {
  const format = choice([]);
  const isPrivate = h("input", { type: "checkbox" });
  const link = h("a", { class: "button", draggable: "true", href: "", download: "" }, "Save as a file");
  let known = [];

  const chosen = () => known.find(({ name }) => name === format.value);
  const path = () => `${S()}/export?${new URLSearchParams({ format: format.value, ...(isPrivate.checked && { private: "1" }) })}`;

  link.addEventListener("click", (event) => {
    event.preventDefault();
    busy(link, async () => {
      const { blob, name } = await download(path());
      const address = URL.createObjectURL(blob);
      h("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    });
  });
  link.addEventListener("dragstart", (event) => {
    if (isGuarded() || !chosen()) return event.preventDefault(); // the browser fetches the file by itself, without a token
    return event.dataTransfer.setData("DownloadURL", `application/octet-stream:${chosen().file}:${addressOf(path())}`);
  });
  catalogue().then(({ exports }) => {
    known = exports;
    format.append(...exports.map(({ name, title }) => h("option", { value: name }, title)));
  });
  return h("div", { class: "row" }, field("Format", format), h("label", { class: "check" }, isPrivate, "Without private data"), link);
}
