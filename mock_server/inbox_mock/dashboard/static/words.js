// Times, durations and events in words.

import { h } from "./dom.js";
import { now } from "./live.js";

const DAY = 86400;
const UNITS = [["d", DAY], ["h", 3600], ["min", 60], ["s", 1]];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number) => String(number).padStart(2, "0");

/** 12:04:31 */
export function clockTime(milliseconds) {
  const at = new Date(milliseconds);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** 1 Jun 2030 */
export function day(milliseconds) {
  const at = new Date(milliseconds);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** 12:04 today, 1 Jun 12:04 this year, 1 Jun 2030 otherwise; always UTC. */
export function when(text) {
  if (!text) return "";
  const at = Date.parse(text);
  const [then, today] = [new Date(at), new Date(now())];
  if (day(at) === day(now())) return clockTime(at).slice(0, 5);
  return then.getUTCFullYear() === today.getUTCFullYear() ? `${day(at).slice(0, -5)} ${clockTime(at).slice(0, 5)}` : day(at);
}

export const nights = (start, end) => `${day(Date.parse(start)).slice(0, -5)} – ${day(Date.parse(end))}`;

/** 2 min 31 s: the two largest units. */
export function duration(seconds) {
  let left = Math.max(0, Math.round(seconds));
  if (left === 0) return "0 s";
  const parts = [];
  for (const [unit, size] of UNITS) {
    const number = Math.floor(left / size);
    left %= size;
    if (number) parts.push(`${number} ${unit}`);
    if (parts.length === 2 || (parts.length && !number)) break;
  }
  return parts.join(" ");
}

export const until = (text) => {
  const seconds = (Date.parse(text) - now()) / 1000;
  return seconds > 0 ? `in ${duration(seconds)}` : seconds > -2 ? "now" : `${duration(-seconds)} ago`;
};

/** Elements whose text follows the sandbox's clock, however long they are shown: when something was, and how long it is until then. */
export const moment = (text) => h("time", { datetime: text, "data-when": text }, when(text));
export const remaining = (text) => h("span", { "data-until": text }, until(text));

/** Bring the text of these elements up to date. */
export function refreshTimes() {
  for (const node of document.querySelectorAll("[data-until]")) setText(node, until(node.dataset.until));
  for (const node of document.querySelectorAll("[data-when]")) setText(node, when(node.dataset.when));
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Return a text whose ends of right-to-left marks cannot reach beyond it. */
export const cut = (text, length) => (text && text.length > length ? `${text.slice(0, length)}…` : (text ?? ""));
