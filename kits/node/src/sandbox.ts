/** One sandbox of a fake, seen from outside the API: the clock, the guests, the channels, and what the client did. */

import { readFile, stat } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { basename } from "node:path";
import type { components, paths } from "./admin-api.js";
import { AdminClient, AdminError, type Answer, type Body, type Given, type Method, type Operation, type PathOf, type Query } from "./client.js";
import { Receivers, type Receiver, type WebhookHandler } from "./receivers.js";

const ROOT = "/__admin/sandboxes/{id}";
type OfASandbox<P> = P extends `${typeof ROOT}${infer Rest}` ? Rest : never;

/** The paths of a sandbox's own admin API that a method can be called on: `/clock`, `/bookings` ... */
export type SandboxPath<M extends Method> = OfASandbox<PathOf<M>>;
type Called<M extends Method, P extends SandboxPath<M>> = Operation<M, `${typeof ROOT}${P}` & PathOf<M>>;
type Posted<P extends SandboxPath<"POST">> = Body<Called<"POST", P>>;

/** What `POST /__admin/sandboxes` takes: `scenario`, `seed`, `strict`, `clock` ... */
export type Overrides = Body<paths["/__admin/sandboxes"]["post"]>;

/** The records of the admin API, by their names in its OpenAPI document: `Booking`, `Message`, `Delivery` ... */
export type Schemas = components["schemas"];
type Receiving = Omit<Posted<"/webhooks">, "url"> & { path?: string };
type Subscription = Schemas["Webhook"] & { secret: string };

/** The client broke a rule of conduct, or a rule could not judge. The message says which, why it matters, and how to mend it. */
export class ConductError extends Error {
  override name = "ConductError";
  override stack = `${this.name}: ${this.message}`; // where it was thrown is not where the rule was broken
}

/** Return undefined where the fake answers that there is no such thing. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof AdminError && error.status === 404)) throw error;
}

/**
 * Create a sandbox; by default of the scenario `agency`, on a clock that stands, and kept for an hour after its last use.
 * A scenario is the name of one that is shipped, an object, or the path of a file: of a scenario, or of a recording.
 */
export async function createSandbox(server: AdminClient, overrides: Overrides = {}): Promise<Sandbox> {
  const body = { scenario: "agency" as Overrides["scenario"], clock: { mode: "manual" as const }, ttl: "1h", ...overrides };
  if (typeof body.scenario === "string") body.scenario = await scenarioIn(server, body.scenario);
  return new Sandbox(server, (await server.send("POST", "/__admin/sandboxes", { body, having: "api_url" })) as Schemas["Sandbox"]);
}

/** What is the path of a file, and no name. */
const PATH = /[/\\]|\.(ya?ml|json|toml|har|zip)$/i;

/** Return what a file is as a scenario; a name is returned as it is. */
async function scenarioIn(server: AdminClient, path: string): Promise<Overrides["scenario"]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    if (PATH.test(path)) throw new Error(`scenario: found no file ${path} in ${process.cwd()}; expected one, or the name of a shipped scenario`);
    return path;
  }
  const given = { query: { name: basename(path) }, body: await readFile(path), having: "scenario" };
  return ((await server.send("POST", "/__admin/recordings", given)) as { scenario: Overrides["scenario"] }).scenario;
}

const NOTHING_ASKED = "no request has come: those without one of its tokens are in the journal of the sandbox default";

export class Sandbox {
  /** The codes of rules whose violations do not count. */
  readonly allowed = new Set<string>();
  readonly clock = new Clock(this);
  private readonly receivers = new Receivers();

  /** `made` is what the admin API answered when the sandbox was made. */
  constructor(
    readonly server: AdminClient,
    readonly made: Schemas["Sandbox"],
  ) {}

  get id(): string {
    return this.made.id;
  }

  /** The base URL of the API, which ends in `/api/v3`. */
  get url(): string {
    return this.made.api_url;
  }

  /** The root of the server, without a slash at its end: what stands in place of `https://www.bookingsync.com`. */
  get rootUrl(): string {
    return this.url.replace(/\/api\/v3$/, "");
  }

  /** A token of the client's own application, with every scope. */
  get token(): string {
    if (this.made.token === null) throw new AdminError("no token: the client's own application is installed on no account", 0);
    return this.made.token;
  }

  /** The client's own application: `client_id`, `client_secret` ... */
  get application(): Schemas["SandboxApplication"] & { client_secret: string } {
    return this.made.applications.find((one) => one.token === this.token) as Schemas["SandboxApplication"] & { client_secret: string };
  }

  /** Call the sandbox's admin API; `path` begins where the sandbox's own address ends. What a receiver has thrown is thrown again. */
  async admin<M extends Method, P extends SandboxPath<M>>(method: M, path: P, given: Given<Called<M, P>> = {}) {
    const answer = await this.server.send(method, `${ROOT}${path}`, { ...given, path: { ...given.path, id: this.id } });
    this.receivers.throwAgain();
    return answer as Answer<Called<M, P>>;
  }

  /** Do what `admin` does; undefined if the sandbox is gone. A refusal that a receiver has thrown is none of this sandbox's own. */
  private async adminIfThere(method: Method, path: string, query?: object): Promise<unknown> {
    const answer = await this.server.send(method, `${ROOT}${path}`, { path: { id: this.id }, query }).catch(unlessGone);
    this.receivers.throwAgain();
    return answer;
  }

  /** Book as a guest; return the booking. */
  async book(channel = "airbnb", more: Omit<Posted<"/bookings">, "channel"> = {}) {
    return (await this.admin("POST", "/bookings", { body: { channel, ...more } })).booking;
  }

  /** Cancel a booking as its guest; return the booking. */
  async cancel(bookingId: number) {
    return (await this.admin("POST", "/bookings/{record_id}/cancel", { path: { record_id: bookingId } })).booking;
  }

  /** Open the booking's conversation now, as the channel does; return the conversation. */
  async openConversation(bookingId: number) {
    return (await this.admin("POST", "/bookings/{record_id}/conversation", { path: { record_id: bookingId } })).conversation;
  }

  /** Make the channel never open the booking's conversation. */
  async neverOpenConversation(bookingId: number): Promise<void> {
    await this.admin("POST", "/bookings/{record_id}/conversation", { path: { record_id: bookingId }, body: { never: true } });
  }

  /** Write as the guest; with `from`, as `staff`, or as `host` in the channel's own app. Return the message. */
  async write(conversationId: number, content: string, more: Omit<Posted<"/conversations/{record_id}/messages">, "content"> = {}) {
    const body = { from: "guest" as const, content, ...more };
    return (await this.admin("POST", "/conversations/{record_id}/messages", { path: { record_id: conversationId }, body })).message;
  }

  /** Add a host to a conversation, as the channel does; return the participant. */
  async addHost(conversationId: number, hostId: number) {
    const given = { path: { record_id: conversationId }, body: { host_id: hostId } };
    return (await this.admin("POST", "/conversations/{record_id}/participants", given)).participant;
  }

  /** Change `closed`, `marked_as_spam` or `assignee_id` of a conversation, as staff; return it. */
  async change(conversationId: number, body: Body<Called<"PATCH", "/conversations/{record_id}">>) {
    return (await this.admin("PATCH", "/conversations/{record_id}", { path: { record_id: conversationId }, body })).conversation;
  }

  /** Return what the guest sees on the channel. */
  async thread(conversationId: number): Promise<Schemas["SeenMessage"][]> {
    const page = (skip: number) =>
      this.admin("GET", "/conversations/{record_id}/thread", { path: { record_id: conversationId }, query: { skip: `${skip}` } });
    return everyPage(async (skip) => (await page(skip)).messages, "message_id");
  }

  /** Set a fault, and return it; `more` is what the kind takes: `{ status: 503, times: 2 }` for one. */
  async fault(kind: NonNullable<Posted<"/faults">["kind"]>, more: Omit<Posted<"/faults">, "kind"> = {}) {
    return this.admin("POST", "/faults", { body: { kind, ...more } });
  }

  /** Return the faults, with how often each has struck. */
  async faults() {
    return (await this.admin("GET", "/faults")).faults;
  }

  /** Remove a fault, and end its effects. */
  async removeFault(faultId: number): Promise<void> {
    await this.admin("DELETE", "/faults/{record_id}", { path: { record_id: faultId } });
  }

  /** Send webhooks to an address on this machine; return the subscription, with the `secret` that signs them. */
  async webhook(url: string, more: Omit<Posted<"/webhooks">, "url"> = {}): Promise<Subscription> {
    return (await this.admin("POST", "/webhooks", { body: { url, ...more } })) as Subscription;
  }

  /**
   * Send webhooks to a function of the test, or to an application, such as one of Express; return the subscription, with its `secret`.
   *
   * They arrive while the clock is advanced, signed. What a function throws is thrown by the call that sent the webhook, as is an error if it
   * returns anything but a `Response`, a status from 100 to 599, or nothing: `(webhook) => seen.push(webhook)` returns a number.
   */
  async webhooksTo(receiver: WebhookHandler, more?: Receiving): Promise<Subscription>;
  async webhooksTo(receiver: RequestListener, more?: Receiving): Promise<Subscription>;
  async webhooksTo(receiver: Receiver, { path = "/", ...more }: Receiving = {}): Promise<Subscription> {
    return this.webhook(await this.receivers.add(receiver, path), more);
  }

  /** Return the subscriptions. */
  async webhooks() {
    return (await this.admin("GET", "/webhooks")).webhooks;
  }

  /** Remove a subscription. */
  async unsubscribe(webhookId: number): Promise<void> {
    await this.admin("DELETE", "/webhooks/{record_id}", { path: { record_id: webhookId } });
  }

  /** Return every webhook, with its attempts. */
  async deliveries(): Promise<Schemas["Delivery"][]> {
    return everyPage(async (skip) => (await this.admin("GET", "/deliveries", { query: { skip: `${skip}` } })).deliveries, "id");
  }

  /** Send a webhook again, now; return the delivery. */
  async redeliver(deliveryId: number) {
    return this.admin("POST", "/deliveries/{record_id}/redeliver", { path: { record_id: deliveryId } });
  }

  /** Return every request and webhook attempt after an entry's id, oldest first. */
  async journal(after = 0): Promise<Schemas["JournalEntry"][]> {
    const { entries, next } = await this.admin("GET", "/journal", { query: { after: `${after}` } });
    return entries.length ? [...entries, ...(await this.journal(next))] : [];
  }

  /**
   * Return the latest entries of the journal, a line for each, and how to run the test again, as it tells them if it fails; nothing if the
   * sandbox is gone.
   */
  async journalTold(replay: string, most = 20): Promise<string> {
    const entries = await this.journal().catch(unlessGone);
    if (!entries) return "";
    const before = entries.length > most ? [`(${entries.length - most} before)`] : [];
    const lines = entries.slice(-most).map(({ id, at, method, path, query, status, why }) => {
      const target = query ? `${path}?${query}` : path;
      return `${String(id).padStart(4)}  ${at}  ${method} ${target}  ${status ?? "no answer"}${why ? `  (${why})` : ""}`;
    });
    // The server calls one that was given as an object "scenario".
    const scenario = this.made.scenario === "scenario" ? "an inline scenario" : `scenario ${this.made.scenario}`;
    const again = `replay: ${replay}   (${scenario}, seed ${this.made.seed})`;
    return ["Inbox Mock: the journal", ...before, ...(lines.length ? lines : [NOTHING_ASKED]), "", again].join("\n");
  }

  /** Return what will happen, the next 200, and what has happened, the latest 200. */
  async timeline(query: Query<Called<"GET", "/timeline">> = {}) {
    return this.admin("GET", "/timeline", { query });
  }

  /** Return a new token, with every scope unless some are named; `expires_in` is in seconds. */
  async issueToken(body: Posted<"/tokens"> = {}): Promise<string> {
    return (await this.admin("POST", "/tokens", { body })).token;
  }

  /** Revoke a token. */
  async revokeToken(token: string): Promise<void> {
    await this.admin("DELETE", "/tokens/{token}", { path: { token } });
  }

  /** Let the violations of some rules count no more, by their codes, such as `MSG002`. */
  allow(...codes: string[]): void {
    for (const code of codes) this.allowed.add(code);
  }

  /** Throw a ConductError if the client has broken a rule that is not allowed; `replay` says how to run it again. Notes do not count. */
  async judge(replay = ""): Promise<void> {
    const query = { format: "failure", allow: [...this.allowed].join(",") };
    const told = (await this.adminIfThere("GET", "/report", query)) as string | undefined;
    if (!told) return;
    const codes = [...told.matchAll(/^(\S+)  the client /gm)].map(([, code]) => `"${code}"`);
    const onPurpose = codes.length ? `on purpose? allow: [${[...new Set(codes)].join(", ")}]` : "";
    throw new ConductError([told, [replay && `replay: ${replay}`, onPurpose].filter(Boolean).join("\n")].filter(Boolean).join("\n\n"));
  }

  /** Reset the sandbox to the start of its scenario; tokens stay valid. */
  async reset(): Promise<void> {
    await this.admin("POST", "/reset");
  }

  /** Delete the sandbox, if it is there, and stop its receivers. */
  async delete(): Promise<void> {
    await this.receivers.close();
    await this.adminIfThere("DELETE", "");
  }
}

/** A sandbox's clock. Durations are texts such as `90s`, `10m`, `2h`, `1d`. */
export class Clock {
  constructor(private readonly sandbox: Sandbox) {}

  /** Return the sandbox's time, such as `2030-06-01T12:00:00Z`. */
  async now(): Promise<string> {
    return (await this.sandbox.admin("GET", "/clock")).now;
  }

  /** Advance by a duration, or `to` a time, or `until` an event such as `conversation_opened`; return the events on the way. */
  async advance(by: string | Posted<"/clock/advance">) {
    return (await this.sandbox.admin("POST", "/clock/advance", { body: typeof by === "string" ? { by } : by })).happened;
  }

  /** Advance until nothing is pending. */
  async settle() {
    return this.advance({ until: "idle" });
  }

  /** Go back to before a `request`, an `event` or a checkpoint (`point`), or `to` a time. */
  async rewind(body: Posted<"/clock/rewind">) {
    return this.sandbox.admin("POST", "/clock/rewind", { body });
  }

  /** Let the clock run, `rate` seconds for each second of the wall clock. */
  async run(rate = 1): Promise<void> {
    await this.sandbox.admin("PATCH", "/clock", { body: { mode: "real", rate } });
  }

  /** Stop the clock until it is advanced. */
  async pause(): Promise<void> {
    await this.sandbox.admin("PATCH", "/clock", { body: { mode: "manual" } });
  }
}

/** Return what is listed in pages, oldest first: `page` returns the one that leaves out so many of the latest. */
async function everyPage<T, K extends keyof T>(page: (skip: number) => Promise<T[]>, key: K): Promise<T[]> {
  const found = new Map<T[K], T>();
  for (let skip = 0, more = await page(0); more.some((one) => !found.has(one[key])); more = await page(skip)) {
    skip += more.length;
    for (const one of more) found.set(one[key], one);
  }
  return [...found.values()];
}
