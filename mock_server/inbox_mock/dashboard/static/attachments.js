// Files of messages: links and previews of those that were sent, and a tray for those that are to be sent.

import { ROOT } from "./api.js";
import { button, droppable, h } from "./dom.js";

const PREVIEWED = ["image/gif", "image/jpeg", "image/png", "image/webp"];
const BIG = 1_000_000;

const sized = (bytes) => (bytes < 1000 ? `${bytes} bytes` : bytes < BIG ? `${Math.round(bytes / 1000)} kB` : `${(bytes / BIG).toFixed(1)} MB`);

/** Return the attachments of a message as links, with previews of pictures; nothing where there are none. */
export const attached = (files) => (files.length ? h("ul", { class: "files" }, files.map(link)) : null);

function link({ url, name, file_content_type: type, file_size: size, image_width: width, image_height: height }) {
  const address = ROOT + url.slice(url.lastIndexOf("/uploads/")); // as this browser reaches the server
  const preview = PREVIEWED.includes(type) ? h("img", { src: address, alt: "", loading: "lazy", width, height }) : null;
  return h("li", {}, h("a", { class: "file", href: address, target: "_blank", rel: "noopener" }, preview, h("span", { class: "name", dir: "auto" }, name), h("small", {}, `${preview && width ? `${width} × ${height}, ` : ""}${sized(size)}`)));
}

/** Return what takes files to send, by a picker or dropped on `zone`; `who` sends them. */
export function tray(zone, who) {
  let chosen = [];
  const picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": `Files ${who}`, onchange: () => add(picker.files) });
  const list = h("ul", { class: "to-send", hidden: true });
  const open = h("button", { type: "button", class: "attach", "aria-label": `Attach files ${who}`, title: "Attach files, or drop them here", onclick: () => picker.click() }, "Attach");
  droppable(zone, zone, add);

  function add(files) {
    chosen = [...chosen, ...files];
    picker.value = "";
    show();
  }

  function show() {
    list.hidden = chosen.length === 0;
    list.replaceChildren(...chosen.map((file) => h("li", { class: "chip" }, h("span", { dir: "auto" }, file.name), h("small", {}, ` ${sized(file.size)}`), button("×", () => drop(file), { class: "plain", "aria-label": `Leave out ${file.name}` }))));
  }

  function drop(file) {
    chosen = chosen.filter((one) => one !== file);
    show();
    open.focus();
  }

  return {
    list,
    controls: [open, picker],
    /** The files as the admin API takes them. */
    read: () => Promise.all(chosen.map(async (file) => ({ name: file.name, file: await inBase64(file) }))),
    /** Forget the files that were sent. */
    empty() {
      chosen = [];
      show();
    },
  };
}

const inBase64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
