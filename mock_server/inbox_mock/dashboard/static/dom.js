// Making and updating elements. Data is shown as text only: nothing here, or elsewhere, reads it as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element. `attrs`: `on…` are listeners, `null` and `false` leave an attribute out, `true` sets it bare. */
export function h(tag, attrs = {}, ...children) {
  return filled(document.createElement(tag), attrs, children);
}

export function svg(tag, attrs = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attrs, children);
}

function filled(node, attrs, children) {
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Show `items` in `container`, one element each. What has not changed stays as it is, with its focus, selection and scroll. */
export function keyed(container, items, keyOf, render) {
  const known = container.shownRows ?? new Map();
  const kept = new Map();
  let place = container.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const print = JSON.stringify(item);
    let row = known.get(key);
    if (!row || row.print !== print) {
      const node = render(item);
      if (row) {
        if (row.node === place) place = node;
        swap(row.node, node);
      }
      row = { node, print };
    }
    if (row.node === place) place = place.nextElementSibling;
    else container.insertBefore(row.node, place);
    kept.set(key, row);
  }
  for (const [key, row] of known) if (!kept.has(key)) row.node.remove();
  container.shownRows = kept;
}

/** Put a new element in an old one's place: the focus stays on what bears the same `data-focus`, open details stay open. */
function swap(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const opened = [...old.querySelectorAll("details[open][data-focus]")].map((node) => node.dataset.focus);
  old.replaceWith(fresh);
  for (const name of opened) fresh.querySelector(`details[data-focus="${CSS.escape(name)}"]`)?.setAttribute("open", "");
  if (active?.dataset.focus) fresh.querySelector(`[data-focus="${CSS.escape(active.dataset.focus)}"]`)?.focus();
}

export function clear(node, ...children) {
  node.shownRows = undefined;
  node.replaceChildren(...children);
}

/** Return a field with its label. */
export function field(label, control, hint = null) {
  control.id ||= `field-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const note = hint ? h("small", { id: `${control.id}-hint` }, hint) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, note);
}

/** Return a select of `[value, text]` pairs. */
export function choice(pairs, attrs = {}) {
  return h("select", attrs, pairs.map(([value, text]) => h("option", { value: value ?? "" }, text)));
}

/** Return a button that calls the server; while the call runs, a second click does nothing. */
export function button(label, act, attrs = {}) {
  const node = h("button", { type: "button", ...attrs }, label);
  node.addEventListener("click", () => busy(node, act));
  return node;
}

/** Run a control's action, one at a time, and show the message if the server refuses it. */
export async function busy(control, act) {
  if (control.getAttribute("aria-busy") === "true") return;
  control.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    say(error.message, "bad");
  } finally {
    control.removeAttribute("aria-busy");
  }
}

/** Show a message for some seconds; with `undo` longer, beside a button that calls it. */
export function say(text, kind = "good", undo = null) {
  const shown = h("p", { class: `toast ${kind}` }, text, undo && button("Undo", () => undo().then(() => shown.remove()), { class: "small" }));
  const region = document.getElementById("toasts");
  region.append(shown);
  while (region.children.length > 3) region.firstElementChild.remove();
  setTimeout(() => shown.remove(), undo ? 30000 : kind === "bad" ? 12000 : 5000);
}

/** Offer no longer to undo what was done before something else. */
export function keepDone() {
  for (const offer of document.querySelectorAll(".toast button")) offer.remove();
}

/** Let files be dropped on `zone`: `shown` shows that one is above it, and the browser opens none by itself. */
export function droppable(zone, shown, take) {
  const over = (event, isThere) => {
    const isFile = event.dataTransfer.types.includes("Files");
    shown.classList.toggle("over", isFile && isThere);
    if (isFile) event.preventDefault();
    return isFile;
  };
  zone.addEventListener("dragover", (event) => over(event, true));
  zone.addEventListener("dragleave", (event) => over(event, zone.contains(event.relatedTarget)));
  zone.addEventListener("drop", (event) => over(event, false) && take(event.dataTransfer.files));
}

/** Open a modal dialog with a form; `submit` gets the form and may refuse by throwing. Return the dialog. */
export function ask(title, content, doIt, submit) {
  const trouble = h("p", { class: "trouble", role: "alert" });
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { id: "dialog-title" }, title),
    content,
    trouble,
    h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "primary" }, doIt)),
  );
  const dialog = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => dialog.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.textContent = "";
    try {
      await submit(form);
      dialog.close();
    } catch (error) {
      trouble.textContent = error.message;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
