// The dialog in which a guest books, with every option of a booking.

import { catalogue } from "./catalogue.js";
import { ask, choice, field, h } from "./dom.js";
import { act } from "./live.js";

export const GUESTS = ["Clementina Kling", "Ada Bauer", "Noor Haddad", "Hiro Tanabe", "Inés Robledo", "Olga Petrenko", "Marcus Bell", "Camille Roussel"];
const DELAYS = [["", "as usual"], ["0s", "none"], ["10m", "10 minutes"], ["2h", "2 hours"], ["never", "for ever: it never opens"]];

/** Ask for a booking; `then` is called with the key of what was made. */
export async function askBooking(directory, then) {
  const { channels } = await catalogue();
  const channel = choice(channels.map(({ name, title }) => [name, title]));
  const guest = h("input", { value: GUESTS[1], maxlength: 150, required: true, autocomplete: "off" });
  const rental = choice((directory?.rentals ?? []).map(({ id, name }) => [id, `${name} (${id})`]));
  const from = h("input", { type: "date" });
  const to = h("input", { type: "date" });
  const delay = choice(DELAYS);
  const host = choice([["", "perhaps"], ["yes", "yes"], ["no", "no"]]);
  const clients = h("input", { type: "number", min: 1, max: 20, value: 1 });
  const content = [
    field("Channel", channel),
    field("Guest", guest),
    field("Rental", rental),
    h("div", { class: "row" }, field("Arrives", from, "in 30 days, if empty"), field("Leaves", to, "after a week, if empty")),
    h("div", { class: "row" }, field("Conversation waits", delay), field("With a host", host), field("Travellers in it", clients)),
  ];
  ask("A guest books", content, "Book", async () => {
    const body = { channel: channel.value, guest: { fullname: guest.value }, client_participants: Number(clients.value) || 1 };
    if (rental.value) body.rental_id = Number(rental.value);
    if (from.value) body.start_at = from.value;
    if (to.value) body.end_at = to.value;
    const opens = channels.find(({ name }) => name === channel.value).opens_conversations;
    if (delay.value && opens) body.conversation_delay = delay.value;
    if (host.value) body.host_participant = host.value === "yes";
    const { booking } = await act("POST", "/bookings", body);
    then(`b${booking.id}`);
  });
}
