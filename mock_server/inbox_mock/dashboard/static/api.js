// Calling the admin API. Its calls are not written into the journal.

import { ask, field, h } from "./dom.js";

/** The root of this server as the browser sees it, without a slash at its end. */
export const ROOT = new URL("..", import.meta.url).href.slice(0, -1);

const TOKEN = `inbox-mock-admin-token ${ROOT}`; // several fakes may share an origin, each below a prefix of its own

/** The server refused the call; the message names each field and what was expected. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
  }
}

/** The server did not answer. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
  }
}

/** Whether the calls of this page carry a token, which a browser that follows a link by itself does not know. */
export const isGuarded = () => sessionStorage.getItem(TOKEN) !== null;

/** Return the address of a call of the admin API. */
export const addressOf = (path) => `${ROOT}/__admin${path}`;

/** Call the admin API, with a body as JSON, or a file as it is; return the answer's JSON, or null where there is none. */
export async function call(method, path, body, signal) {
  return parsed((await fetched(method, path, body, signal, (answer) => answer.text())).read);
}

/** Get a file from the admin API; return its bytes, its name, and what it lacks. */
export async function download(path) {
  const { answer, read } = await fetched("GET", path, undefined, undefined, (got) => (got.ok ? got.blob() : got.text()));
  return { blob: read, name: decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition"))?.[1] ?? "download"), lacks: answer.headers.get("X-Mock-Why") };
}

async function fetched(method, path, body, signal, reading) {
  const headers = { Accept: "application/json" };
  const token = sessionStorage.getItem(TOKEN);
  const isFile = body instanceof Blob;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  let answer;
  let read;
  try {
    answer = await fetch(addressOf(path), { method, headers, body: body === undefined || isFile ? body : JSON.stringify(body), signal, cache: "no-store" });
    read = await reading(answer);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (answer.status === 401) {
    await wanted(token);
    return fetched(method, path, body, signal, reading);
  }
  if (!answer.ok) throw new Refused(answer.status, parsed(read) ?? {});
  return { answer, read };
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

let asking = null;

/** Ask for the admin token, once for all calls that need it; it is kept until this tab is closed. */
function wanted(tried) {
  if (sessionStorage.getItem(TOKEN) !== tried) return Promise.resolve();
  asking ??= new Promise((resolve) => {
    const input = h("input", { type: "password", autocomplete: "off", required: true });
    const says = tried ? "That is not the token. " : "";
    const content = [h("p", {}, `${says}This server wants an admin token: whoever runs it has yours.`), field("Admin token", input)];
    const dialog = ask("Admin token", content, "Open", () => {
      sessionStorage.setItem(TOKEN, input.value);
      asking = null;
      resolve();
    });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.querySelector("button[type=button]").hidden = true;
  });
  return asking;
}
