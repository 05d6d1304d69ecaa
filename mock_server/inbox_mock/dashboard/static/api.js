// Calling the admin API. Its calls are not written into the journal.

import { ask, field, h } from "./dom.js";

/** The root of this server as the browser sees it, without a slash at its end. */
export const ROOT = new URL("..", import.meta.url).href.slice(0, -1);

const TOKEN = `inbox-mock-admin-token ${ROOT}`; // several fakes may share an origin, each below a prefix of its own

/** The server refused the call; the message names each field and what was expected. */
export class Refused extends Error {
  constructor(status, problem) {
    const fields = (problem.errors ?? []).map(({ field, expected }) => `${field}: expected ${expected}`);
    super(fields.join("; ") || problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
  }
}

/** The server did not answer. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
  }
}

/** Call the admin API; return the answer's JSON, or null where there is none. */
export async function call(method, path, body, signal) {
  const headers = { Accept: "application/json" };
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  let text;
  try {
    answer = await fetch(`${ROOT}/__admin${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, cache: "no-store" });
    text = await answer.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (answer.status === 401) {
    await wanted(token);
    return call(method, path, body, signal);
  }
  const found = parsed(text);
  if (!answer.ok) throw new Refused(answer.status, found ?? {});
  return found;
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
    const content = [h("p", {}, `${says}This server was started with --admin-token, and the dashboard needs it, too.`), field("Admin token", input)];
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
