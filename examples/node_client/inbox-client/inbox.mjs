/** A copy of the inbox that is kept in step with the service, and answers to guests that reach them once. */

import { Later, LostAnswer, Refused } from "./api.mjs";
import { hintIn, isSigned } from "./webhooks.mjs";

const LISTS = {
  // Bookings are listed from today on, unless the query says otherwise.
  bookings: { path: "bookings", query: { from: "1970-01-01" } },
  conversations: { path: "inbox/conversations", query: {} },
  participants: { path: "inbox/participants", query: {} },
  messages: { path: "inbox/messages", query: {} },
  hosts: { path: "hosts", query: {} },
};
const INBOX = ["bookings", "conversations", "participants", "messages"];

/**
 * What one account's inbox looks like, as far as we have heard.
 *
 * `copy` holds the records by list and id, as the API writes them. `unsure` holds answers of which nobody knows whether they
 * arrived, each with the messages of the same words that there were before. Keep them, and `syncedAt`, in a database if they
 * are to outlive the process.
 */
export class Inbox {
  constructor(api, webhookSecret, now = () => new Date()) {
    this.api = api;
    this.webhookSecret = webhookSecret;
    this.now = now;
    this.copy = Object.fromEntries(Object.keys(LISTS).map((name) => [name, new Map()]));
    this.syncedAt = {};
    this.hinted = new Set();
    this.unsure = new Map();
  }

  /** Bring the copy up to date. Whatever was done before an interruption, told by Later, stays done. */
  async sync() {
    for (const name of INBOX) await this.catchUp(name);
    await this.followHints();
  }

  /**
   * Fetch what changed in a list since the last time, or all of it the first time.
   *
   * The time comes from the service's own clock, and from the first page: what changes while later pages are being read
   * would otherwise be missed. It counts only when the last page has come. A list that was asked for in full then also
   * tells what is gone: of a record that an earlier listing, cut short, has brought, no later one says so.
   */
  async catchUp(name) {
    const { path, query } = LISTS[name];
    const since = name in this.syncedAt ? { updated_since: this.syncedAt[name] } : {};
    const unseen = new Set(name in this.syncedAt ? [] : this.copy[name].keys());
    let syncedAt;
    for await (const page of this.api.pages(path, { ...query, ...since })) {
      syncedAt ??= page.syncedAt;
      for (const record of page.records) {
        this.remember(name, record);
        unseen.delete(record.id);
      }
      for (const id of page.deletedIds) this.copy[name].delete(id);
    }
    for (const id of unseen) this.copy[name].delete(id);
    this.syncedAt[name] = syncedAt;
  }

  /** Keep a record, unless a newer state of it is known. */
  remember(name, record) {
    const known = this.copy[name].get(record.id);
    if (known !== undefined && known.updated_at > record.updated_at) return;
    this.copy[name].set(record.id, record);
    if (name === "conversations") this.hinted.delete(record.id);
  }

  /**
   * Fetch the conversations that webhooks spoke of and the list did not bring.
   *
   * Tying a booking to a conversation moves no `updated_at`: only a webhook tells of it.
   */
  async followHints() {
    const hinted = [...this.hinted].sort((one, other) => one - other);
    if (hinted.length === 0) return;
    try {
      for await (const page of this.api.pages(`inbox/conversations/${hinted.join(",")}`)) {
        for (const record of page.records) this.remember("conversations", record);
      }
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
    }
    for (const id of hinted) this.hinted.delete(id);
  }

  /**
   * Take a webhook, its body as a Buffer, and tell whether it is genuine: answer 2xx if so, and 4xx if not.
   *
   * It says that something happened, and perhaps not in the right order: so it only marks what the next sync should look
   * at, which also answers the sender at once. Sync soon after. An application hears of every account on which it is
   * installed: bring an inbox those of its `account_id`.
   */
  receive(headers, body) {
    const [, signature] = Object.entries(headers).find(([name]) => name.toLowerCase() === "x-content-signature") ?? [null, ""];
    if (!isSigned(this.webhookSecret, signature, body)) return false;
    const hint = hintIn(body);
    if (hint?.kind === "conversation") this.hinted.add(hint.id);
    return true;
  }

  /**
   * Answer a booking's guest, in the conversation that the booking's channel opened.
   *
   * Call it again with the same arguments after Later: a message that has arrived is not sent twice. Throws Later also
   * as long as the channel has not opened the conversation, and Refused if the service does not take the message.
   */
  async reply(bookingId, content) {
    await this.sync();
    const conversation = this.conversationOf(bookingId);
    if (conversation === null) throw new Later(`booking ${bookingId} has no conversation yet; its channel will open one`);
    const attempt = `${bookingId} ${content}`;
    const said = this.said(conversation, content);
    const before = this.unsure.get(attempt);
    if (before === undefined || said.every((id) => before.includes(id))) {
      const sender = this.hostIn(conversation) ?? (await this.addHost(conversation));
      try {
        await this.say(conversation, sender, content);
      } catch (error) {
        if (error instanceof LostAnswer) this.unsure.set(attempt, before ?? said);
        throw error;
      }
    }
    this.unsure.delete(attempt);
  }

  /**
   * The conversation in which the guest reads, or null as long as there is none.
   *
   * A channel's booking may be tied to a conversation of somebody else's before the channel opens its own, and no guest
   * ever reads that one.
   */
  conversationOf(bookingId) {
    const booking = this.copy.bookings.get(bookingId);
    const linked = new Set(booking?.links.conversations);
    const tied = [...this.copy.conversations.values()].filter(({ id, links }) => linked.has(id) || links.bookings.includes(bookingId));
    const byChannel = booking !== undefined && makerOf(booking).startsWith("Doorkeeper::Application");
    const read = byChannel ? tied.filter((conversation) => makerOf(conversation) === makerOf(booking)) : tied;
    return read.sort((one, other) => one.id - other.id)[0] ?? null;
  }

  /** A Host participant of the conversation: nobody else can speak in it. */
  hostIn(conversation) {
    const hosts = [...this.copy.participants.values()].filter(({ links }) => links.member.type === "Host");
    return hosts.find(({ links }) => links.conversation === conversation.id) ?? null;
  }

  /** Let the conversation's assignee take part, or the first host where there is none. */
  async addHost(conversation) {
    await this.catchUp("hosts");
    if (this.copy.hosts.size === 0) throw new Later("the account has no host who could answer");
    const hostId = conversation.links.assignee ?? Math.min(...this.copy.hosts.keys());
    const made = await this.api.create("inbox/participants", { conversation_id: conversation.id, member_id: hostId, member_type: "Host" });
    this.remember("participants", made);
    return made;
  }

  /** The ids of our messages of these words in the conversation. */
  said(conversation, content) {
    const isHost = (id) => this.copy.participants.get(id)?.links.member.type === "Host";
    const messages = [...this.copy.messages.values()].filter(({ links }) => links.conversation === conversation.id);
    return messages.filter((message) => message.content === content && isHost(message.links.sender)).map(({ id }) => id);
  }

  /** Send a message as a participant. The guest sees it if its channel is the conversation's `default_channel`. */
  async say(conversation, sender, content) {
    const message = await this.api.create("inbox/messages", {
      conversation_id: conversation.id,
      sender_id: sender.id,
      content,
      origin: "bookingsync_inbox",
      visibility: "external",
      channel: conversation.default_channel,
      sent_at: this.now().toISOString().replace(/\.\d+Z$/, "Z"),
    });
    this.remember("messages", message);
  }
}

/** Who made a record, as one text. The documentation does not say whether it is two attributes or a link. */
function makerOf(record) {
  const link = record.links.created_by;
  return `${record.created_by_type ?? link?.type} ${record.created_by_id ?? link?.id}`;
}
