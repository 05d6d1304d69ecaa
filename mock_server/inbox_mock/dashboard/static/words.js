// Times, durations and events in words.

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

/** Events that are no actions; of an action, the admin API's `says` tells what it is. */
const SAYINGS = {
  conversation_opened: (about) => `The channel opens the conversation of booking ${about.booking_id}`,
  message_relayed: (about) => `Message ${about.message_id} reaches the guest`,
  hosts_notified: (about, named) => `${about.host_ids.map(named).join(", ")} notified of message ${about.message_id}`,
  webhook_sent: (about) => `Webhook ${about.delivery_id} leaves`,
};
const LANES = [
  ["Guests", (kind) => kind.startsWith("guest_")],
  ["Channels", (kind) => kind.startsWith("channel_") || ["conversation_opened", "relay_fails", "message_relayed"].includes(kind)],
  ["Hosts", (kind) => kind.startsWith("staff_") || kind.startsWith("host_") || kind === "hosts_notified"],
  ["Webhooks", (kind) => kind === "webhook_sent"],
  ["Other", () => true],
];
export const LANE_NAMES = LANES.map(([name]) => name);
export const laneOf = (kind) => LANES.findIndex(([, belongs]) => belongs(kind));

/** Describe an event of the timeline; `named` turns a host's id into a name. */
export function saying({ kind, about, says }, named = (id) => `host ${id}`) {
  const said = says ?? SAYINGS[kind]?.(about, named) ?? kind.replaceAll("_", " ");
  const came = about.refused ? `, which could not be: ${about.refused}` : about.failed ? `, which failed: ${about.failed}` : "";
  return said + came;
}

/** Return a text whose ends of right-to-left marks cannot reach beyond it. */
export const cut = (text, length) => (text && text.length > length ? `${text.slice(0, length)}…` : (text ?? ""));
