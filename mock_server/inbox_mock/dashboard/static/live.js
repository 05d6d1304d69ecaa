// Following every change of the watched sandbox without occupying the server's threads or this browser's few connections:
// one tab per sandbox polls and tells the others, and hidden tabs do not poll.

import { call, isGuarded, Refused, Unreachable } from "./api.js";
import { keepDone, say } from "./dom.js";

const SEATS = 3; // of the six connections that a browser opens to one server, so many may wait
const PAUSE = 600;
const TROUBLED_PAUSE = 1000;
const BREATH = 250; // between two looks of one tab, however much happens

/** What is known of the sandbox: `clock` as it was `seen` (a moment of this page's own stopwatch). */
export const state = { sandbox: "default", version: -1, life: -1, journal: 0, clock: null, name: null, seen: 0, trouble: null };
export const S = () => `/sandboxes/${encodeURIComponent(state.sandbox)}`;

/** Call the admin API of the watched sandbox. */
export const inSandbox = (method, path, body) => call(method, S() + path, body);

const listeners = new Set();
const channel = new BroadcastChannel("inbox-mock");
let watching = null;

export function onChange(listener) {
  listeners.add(listener);
}

/** Change something in the sandbox, and show the result at once. */
export async function act(method, path, body) {
  const sandbox = state.sandbox;
  const answer = await inSandbox(method, path, body);
  keepDone();
  await look();
  channel.postMessage({ sandbox });
  return answer;
}

/** Change something, and say so with an offer to undo it: the checkpoint before it brings everything back. */
export async function actUndoably(method, path, said) {
  const answer = await act(method, path);
  const sandbox = state.sandbox;
  const { points } = await inSandbox("GET", "/clock/points?limit=20");
  const point = points.findLast(({ kind, past }) => kind === "action" && past);
  const undo = () => call("POST", `/sandboxes/${encodeURIComponent(sandbox)}/clock/rewind`, { point: point.id }).then(() => look());
  say(said, "good", point ? undo : null);
  return answer;
}

/** What a refusal says of the sandbox itself: `gone`, or `foreign`, which a token does not open that opens others. */
const refused = (status) => (status === 404 ? "gone" : status === 403 && isGuarded() ? "foreign" : null);

/** Check now whether anything has changed; the tab that polls for all has a `signal`, and tells the others. */
export async function look(wait = false, signal) {
  const sandbox = state.sandbox;
  const query = wait ? `?wait=1&version=${Math.max(state.version, 0)}` : "";
  try {
    const found = await call("GET", `/sandboxes/${encodeURIComponent(sandbox)}/changes${query}`, undefined, signal);
    if (sandbox !== state.sandbox) return false;
    const changed = found.version !== state.version || found.life !== state.life || state.trouble !== null;
    const { waited, ...news } = found;
    const started = news.clock.mode !== state.clock?.mode || news.clock.rate !== state.clock?.rate || news.name !== state.name;
    Object.assign(state, news, { seen: performance.now(), trouble: null });
    if (changed || started) tell();
    if (changed && signal) channel.postMessage({ sandbox });
    return waited;
  } catch (error) {
    if (error.name === "AbortError" || sandbox !== state.sandbox) return false;
    const trouble = error instanceof Unreachable ? "unreachable" : error instanceof Refused ? (refused(error.status) ?? error.message) : error.message;
    if (trouble !== state.trouble) {
      state.trouble = trouble;
      tell();
      if (signal) channel.postMessage({ sandbox });
    }
    return false;
  }
}

/** Watch a sandbox from now on. */
export async function watch(sandbox) {
  Object.assign(state, { sandbox, version: -1, life: -1, journal: 0, clock: null, name: null, trouble: null });
  watching?.abort();
  await look();
  begin();
}

/** The sandbox's time now, in milliseconds: a running clock goes on between two looks. */
export function now() {
  if (!state.clock) return 0;
  const then = Date.parse(state.clock.now);
  return state.clock.mode === "real" ? then + (performance.now() - state.seen) * state.clock.rate : then;
}

function tell() {
  for (const listener of listeners) listener();
}

function begin() {
  watching?.abort();
  if (document.hidden) return;
  watching = new AbortController();
  const { signal } = watching;
  alone(`inbox-mock-watching-${state.sandbox}`, signal, () => poll(signal));
}

async function poll(signal) {
  while (!signal.aborted) {
    const waited = await seated((mayWait) => look(mayWait && state.trouble === null, signal));
    if (!signal.aborted) await pause(waited ? BREATH : state.trouble ? TROUBLED_PAUSE : PAUSE);
  }
}

/** Run something as the only tab that does; others wait for their turn. Where a browser has no locks, every tab runs it. */
async function alone(name, signal, run) {
  if (!navigator.locks) return run();
  try {
    await navigator.locks.request(name, { signal }, run);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

async function seated(run) {
  if (!navigator.locks) return run(false);
  for (let seat = 0; seat < SEATS; seat += 1) {
    const answer = await navigator.locks.request(`inbox-mock-seat-${seat}`, { ifAvailable: true }, async (lock) => (lock ? { waited: await run(true) } : null));
    if (answer) return answer.waited;
  }
  return run(false);
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let due = null;
channel.onmessage = ({ data }) => {
  if (data.sandbox !== state.sandbox || document.hidden || due) return;
  due = setTimeout(() => {
    due = null;
    look();
  }, BREATH);
};
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return watching?.abort();
  look();
  return begin();
});
