/** Receivers of webhooks on this machine, for functions of a test. */

import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Takes a webhook as a `Request`, and returns the answer, its status, or nothing, for 200. */
export type WebhookHandler = (webhook: Request) => unknown;

/** A `WebhookHandler`, or what `http.createServer` takes, such as an application of Express. */
export type Receiver = WebhookHandler | RequestListener;

export class Receivers {
  /** What receivers have thrown and nobody has been told yet. Whoever sent the webhook was answered 500. */
  readonly thrown: unknown[] = [];
  private readonly servers: Server[] = [];

  /** Listen on a free port, and return the address. A function of one parameter is a `WebhookHandler`. */
  async add(receiver: Receiver, path: string): Promise<string> {
    const server = createServer(receiver.length > 1 ? (receiver as RequestListener) : this.answering(receiver as WebhookHandler));
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

  private answering(handle: WebhookHandler): RequestListener {
    return (incoming, outgoing) => {
      void this.answer(handle, incoming).then(async (answer) => {
        outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
        outgoing.end(Buffer.from(await answer.arrayBuffer()));
      });
    };
  }

  private async answer(handle: WebhookHandler, incoming: IncomingMessage): Promise<Response> {
    try {
      const body = Buffer.concat((await incoming.toArray()) as Buffer[]);
      const headers = Object.entries(incoming.headers) as [string, string][];
      const found = await handle(new Request(`http://${incoming.headers.host}${incoming.url}`, { method: "POST", headers, body }));
      return found instanceof Response ? found : new Response(null, { status: typeof found === "number" ? found : 200 });
    } catch (error) {
      this.thrown.push(error);
      return new Response(String(error), { status: 500 });
    }
  }
}
