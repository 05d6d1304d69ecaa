/** Receivers of webhooks on this machine, for functions of a test. */

import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";

/**
 * Takes a webhook as a `Request`, and returns the answer, its status, or nothing, for 200. Anything else is an error of the receiver;
 * types allow it, so that what returns by accident, such as `() => seen.push(1)`, is told by its message when the test runs.
 */
export type WebhookHandler = (webhook: Request) => unknown;

/** A `WebhookHandler`, or what `http.createServer` takes, such as an application of Express. */
export type Receiver = WebhookHandler | RequestListener;

export class Receivers {
  /** What receivers have thrown and nobody has been told yet. Whoever sent the webhook was answered 500. */
  private readonly thrown: unknown[] = [];
  private readonly servers: Server[] = [];

  /** Listen on a free port, and return the address. A function of one parameter is a `WebhookHandler`. */
  async add(receiver: Receiver, path: string): Promise<string> {
    const server = createServer(this.keeping(receiver.length > 1 ? (receiver as RequestListener) : answering(receiver as WebhookHandler)));
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path.replace(/^\//, "")}`;
  }

  async close(): Promise<void> {
    for (const server of this.servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Throw what a receiver has thrown, if it was not thrown again yet. */
  throwAgain(): void {
    if (this.thrown.length) throw this.thrown.splice(0)[0];
  }

  /** Keep what a listener throws, and answer with 500, unless it has answered. */
  private keeping(listen: (...given: Parameters<RequestListener>) => unknown): RequestListener {
    return async (incoming, outgoing) => {
      try {
        await listen(incoming, outgoing);
      } catch (error) {
        this.thrown.push(error);
        if (outgoing.headersSent) outgoing.end();
        else outgoing.writeHead(500).end(String(error));
      }
    };
  }
}

function answering(handle: WebhookHandler): (...given: Parameters<RequestListener>) => Promise<void> {
  return async (incoming, outgoing) => {
    const found = (await handle(await requestOf(incoming))) ?? 200;
    const [status, answer] = found instanceof Response ? [found.status, found] : [found, new Response()];
    if (!isStatus(status)) {
      const told = inspect(status).slice(0, 200);
      throw new RangeError(`the receiver returned ${told}, which is no status from 100 to 599: return nothing, or a status`);
    }
    const body = Buffer.from(await answer.arrayBuffer());
    outgoing.writeHead(status, Object.fromEntries(answer.headers)).end(body);
  };
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const body = Buffer.concat((await incoming.toArray()) as Buffer[]);
  const headers = Object.entries(incoming.headers) as [string, string][];
  return new Request(`http://${incoming.headers.host}${incoming.url}`, { method: "POST", headers, body });
}

function isStatus(found: unknown): found is number {
  return Number.isInteger(found) && (found as number) >= 100 && (found as number) <= 599;
}
