// Webhooks: subscriptions, and every attempt to deliver with its request, its answer and its signature.

import { catalogue } from "./catalogue.js";
import { busy, button, field, h, keyed, say } from "./dom.js";
import { half, statusOf } from "./entries.js";
import { act, inSandbox } from "./live.js";
import { moment } from "./words.js";

const LATEST = 50;

export function mount(root) {
  const subscriptions = h("tbody");
  const table = h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Address", "Events", "Application", "Secret", ""].map((text) => h("th", { scope: "col" }, text)))), subscriptions));
  const nobody = h("p", { class: "quiet" }, "Nobody has subscribed.");
  const deliveries = h("ol", { class: "entries" });
  const nothing = h("p", { class: "quiet" }, "Nothing was sent yet. With a standing clock webhooks leave while it is advanced.");
  const events = h("div", { class: "events-wanted" });
  const form = subscribing(events);
  root.append(
    h(
      "div",
      { class: "page" },
      h("header", {}, h("h1", {}, "Webhooks"), h("p", { class: "quiet" }, "Subscriptions, and what became of each delivery.")),
      h("section", { class: "card", "aria-label": "Subscriptions" }, h("h2", {}, "Subscriptions"), nobody, table, form),
      h("h2", {}, `The latest ${LATEST} deliveries`),
      nothing,
      deliveries,
    ),
  );
  catalogue().then(({ events: known }) => events.replaceChildren(...known.map((name) => h("label", { class: "check" }, h("input", { type: "checkbox", value: name }), name)))).catch(() => {});
  return async () => {
    const [{ webhooks }, found] = await Promise.all([inSandbox("GET", "/webhooks"), inSandbox("GET", `/deliveries?limit=${LATEST}`)]);
    nobody.hidden = webhooks.length > 0;
    table.hidden = webhooks.length === 0;
    keyed(subscriptions, webhooks, (webhook) => webhook.id, subscription);
    nothing.hidden = found.deliveries.length > 0;
    deliveries.hidden = found.deliveries.length === 0;
    keyed(deliveries, found.deliveries.reverse(), (delivery) => delivery.id, deliveryRow);
  };
}

function subscribing(events) {
  const url = h("input", { type: "url", required: true, value: "http://127.0.0.1:9000/" });
  const retries = h("input", { type: "number", min: 0, max: 20, value: 0 });
  const latency = h("input", { type: "number", min: 0, max: 86400, value: 0 });
  const submit = h("button", { class: "primary" }, "Subscribe");
  const form = h(
    "form",
    { class: "subscribe" },
    h("div", { class: "row" }, field("Address", url), field("Retries", retries), field("Latency in seconds", latency)),
    h("details", {}, h("summary", {}, "Some events only"), events),
    h("div", { class: "row end" }, submit),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { url: url.value, retries: Number(retries.value), latency_seconds: Number(latency.value) };
    const chosen = [...events.querySelectorAll("input:checked")].map((box) => box.value);
    if (chosen.length) body.events = chosen;
    busy(submit, () => act("POST", "/webhooks", body));
  });
  return form;
}

function subscription({ id, role, url, events, application_id: application, secret }) {
  return h(
    "tr",
    {},
    url ? h("td", {}, h("span", { class: "mono" }, url), role ? ` (${role})` : null) : h("td", { class: "quiet" }, `${role}: nobody yet, or whoever subscribes next`),
    h("td", {}, events.length > 3 ? `${events.length} events` : events.join(", ")),
    h("td", {}, application),
    h("td", { class: "mono" }, secret.length > 24 ? `${secret.slice(0, 24)}…` : secret),
    h("td", {}, button("Unsubscribe", () => act("DELETE", `/webhooks/${id}`), { class: "small", "data-focus": "remove" })),
  );
}

function deliveryRow(delivery) {
  const { attempts, event, id, outcome, url } = delivery;
  const last = attempts.at(-1);
  const good = outcome === "delivered";
  const details = h(
    "details",
    { "data-focus": "more" },
    h(
      "summary",
      { "data-focus": "summary" },
      h("span", { class: "num quiet" }, `#${id}`),
      h("span", { class: "num quiet" }, moment(delivery.created_at)),
      h("span", {}, last ? statusOf(last.status) : "–"),
      h("span", { class: "what" }, h("b", {}, event), " ", h("span", { class: "path" }, url)),
      h("em", { class: `chip ${good ? "good" : outcome === "pending" ? "wait" : "bad"}` }, outcome === "pending" ? "pending" : good ? "delivered" : "not delivered"),
      good || outcome === "pending" ? null : h("span", { class: "effect bad" }, outcome),
    ),
  );
  details.addEventListener("toggle", () => details.open && details.children.length === 1 && details.append(more(delivery)));
  return h("li", {}, details);
}

function more({ attempts, id }) {
  const again = button("Deliver again", async () => say(`Webhook ${id}: ${(await act("POST", `/deliveries/${id}/redeliver`)).outcome}.`), { "data-focus": "again" });
  return h("div", { class: "entry-more" }, h("div", { class: "row" }, again), attempts.map(attempt), attempts.length ? null : h("p", { class: "quiet" }, "No attempt yet."));
}

function attempt({ at, request, response, signature, why }, place) {
  return h(
    "section",
    { class: "halves", "aria-label": `Attempt ${place + 1}` },
    half(`Attempt ${place + 1}`, request.headers, request.body, moment(at)),
    h("div", {}, half("Answered", response.headers, response.body, ""), h("h3", {}, "Signature"), checked(signature), why ? h("p", { class: "quiet" }, why) : null),
  );
}

function checked({ given, expected, valid }) {
  if (valid === null && given === null) return h("p", { class: "quiet" }, "Nothing was sent.");
  if (valid === null) return h("p", { class: "quiet" }, "The journal holds the beginning of this body only, so it cannot be checked here.");
  if (valid) return h("p", {}, h("em", { class: "chip good" }, "right"), " ", h("code", {}, given));
  return h("p", {}, h("em", { class: "chip bad" }, "forged"), " ", given === null ? "no signature" : h("code", {}, given), " where the application's secret makes ", h("code", {}, expected));
}
