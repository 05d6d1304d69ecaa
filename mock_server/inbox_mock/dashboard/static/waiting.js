// A booking without a conversation: why there is none, for how long, and what can be done.

import { channelLabel, channelTitle } from "./catalogue.js";
import { advance } from "./clock.js";
import { button, clear, h } from "./dom.js";
import { act, actUndoably, inSandbox, state } from "./live.js";
import { nothing } from "./nowhere.js";
import { clockTime, day, nights, remaining } from "./words.js";

const SAYS = {
  opens: (title) => [`${title} has not opened the conversation yet`, "A program that looks now finds a booking without a conversation. It has to wait, and must not make one of its own."],
  never: (title) => [`${title} never opens this conversation`, "Nothing is to happen any more. A program that waits for it has to give up some day."],
  nobody: () => ["There is no conversation", "No channel opens one for a direct booking: that is up to your program."],
  canceled: () => ["The guest cancelled before there was a conversation", "The channel opens none any more."],
};

export function waitingView(pane, bookingId, goTo) {
  let print = "";
  const update = async () => {
    const { conversations } = await inSandbox("GET", `/inbox?booking_id=${bookingId}`);
    const row = conversations.find((found) => found.conversation_id === null) ?? conversations[0];
    if (row?.conversation_id) return goTo(`c${row.conversation_id}`);
    if (JSON.stringify(row ?? null) === print) return null;
    print = JSON.stringify(row ?? null);
    const focused = pane.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    clear(pane, row ? shown(row, goTo) : nothing(`There is no booking ${bookingId} here`, "Perhaps it was made after the moment to which this sandbox has gone back.", [`#/${encodeURIComponent(state.sandbox)}/inbox/`, "See all conversations"]));
    if (focused) pane.querySelector(`[data-focus="${focused}"]`)?.focus();
    return null;
  };
  return { update };
}

function shown(row, goTo) {
  const path = `/bookings/${row.booking_id}`;
  const state_ = row.canceled_at ? "canceled" : row.waiting;
  const [title, text] = SAYS[state_](channelTitle(row.channel));
  const open = async () => {
    const { conversation } = await act("POST", `${path}/conversation`, {});
    goTo(`c${conversation.id}`);
  };
  const doing = [];
  if (["opens", "never"].includes(state_)) doing.push(button("Open now", open, { class: "primary", "data-focus": "open" }));
  if (state_ === "opens" && state.clock?.mode === "manual") doing.push(button("Let the time pass", () => advance({ to: row.opens_at }), { "data-focus": "pass" }));
  if (state_ === "opens") doing.push(button("Never open it", () => act("POST", `${path}/conversation`, { never: true }), { "data-focus": "never" }));
  if (!row.canceled_at) doing.push(button("Guest cancels", () => actUndoably("POST", `${path}/cancel`, `Booking ${row.booking_id} is cancelled.`), { "data-focus": "cancel" }));
  return h(
    "div",
    { class: "welcome waiting" },
    h("p", { class: "quiet" }, channelLabel(row.channel), ` booking ${row.booking_id} · `, h("bdi", {}, row.guest ?? ""), " · ", h("bdi", {}, row.rental ?? ""), ` · ${nights(row.start_at, row.end_at)}`),
    h("h1", {}, title),
    row.opens_at ? h("p", { class: "countdown" }, remaining(row.opens_at), h("small", {}, `${clockTime(Date.parse(row.opens_at))}, ${day(Date.parse(row.opens_at))}`)) : null,
    h("p", {}, text),
    h("div", { class: "row" }, doing),
  );
}
