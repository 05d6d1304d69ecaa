// What the server offers: channels, scenarios, faults and events. Read once for each page.

import { call } from "./api.js";
import { h } from "./dom.js";

let reading = null;
let channels = [];

/** Return the catalogue; it is read again only if that failed. */
export async function catalogue() {
  reading ??= call("GET", "/catalogue");
  try {
    const found = await reading;
    channels = found.channels;
    return found;
  } catch (error) {
    reading = null;
    throw error;
  }
}

const channelOf = (name) => channels.find((channel) => channel.name === name);
export const channelTitle = (name) => channelOf(name)?.title ?? name ?? "No channel";

/** Return a channel's title in its colour. */
export const channelLabel = (name) => coloured(h("i", { class: "channel" }, channelTitle(name)), name);

/** Set the custom property `--channel` of an element to a channel's colour, on light and on dark ground. */
export function coloured(node, name) {
  const colour = channelOf(name)?.colour;
  if (colour) node.style.setProperty("--channel", `light-dark(${colour.light}, ${colour.dark})`);
  else node.style.removeProperty("--channel");
  return node;
}
