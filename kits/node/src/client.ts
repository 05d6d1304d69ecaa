/** Calls of the admin API of one fake, by method and path, with the types of its OpenAPI document. */

import type { paths } from "./admin-api.js";
import { variable } from "./server.js";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The paths that a method can be called on. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<Lowercase<M>, object> ? P : never }[keyof paths];

export type Operation<M extends Method, P extends PathOf<M>> = paths[P][Lowercase<M> & keyof paths[P]];

/** The JSON of an operation's body. */
export type Body<O> = O extends { requestBody?: infer B } ? (NonNullable<B> extends { content: { "application/json": infer J } } ? J : never) : never;

export type Query<O> = O extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;

/** The JSON of an operation's answer, undefined if it has none. */
export type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 204)]> : never;
type Json<R> = R extends { content: infer C } ? ("application/json" extends keyof C ? C["application/json"] : unknown) : undefined;

export interface Given<O> {
  /** What takes the place of `{name}` in the path. */
  path?: Record<string, string | number>;
  query?: Query<O>;
  body?: Body<O>;
}

interface Untyped {
  path?: Record<string, string | number>;
  query?: unknown;
  /** What is sent as JSON, or the bytes of a file, which are sent as they are. */
  body?: unknown;
  /** What the answer has if it is that of a fake. */
  having?: string;
}

/** The fake refused a call, or no fake has answered: the message says why, `status` is that of the answer, 0 if there is none. */
export class AdminError extends Error {
  override name = "AdminError";

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

interface Problem {
  title?: string;
  detail?: string;
}

export class AdminClient {
  /** The root of the server, without a slash at its end. */
  readonly root: string;

  constructor(
    root: string,
    private readonly adminToken = variable("INBOX_MOCK_ADMIN_TOKEN"),
  ) {
    if (!/^https?:\/\/\w/.test(root)) throw new Error(`the server's root is ${JSON.stringify(root)}; expected one such as http://127.0.0.1:8089`);
    this.root = root.replace(/\/+$/, "");
  }

  /** Call, and return the answer: JSON, or the text of any other. An AdminError says why the fake refuses. */
  async call<M extends Method, P extends PathOf<M>>(method: M, path: P, given: Given<Operation<M, P>> = {}) {
    return (await this.send(method, path, given)) as Answer<Operation<M, P>>;
  }

  /** Do what `call` does, for a path whose types are not known. */
  async send(method: string, path: string, given: Untyped): Promise<unknown> {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given.path?.[name])));
    const query = new URLSearchParams((given.query ?? {}) as Record<string, string>);
    const isFile = given.body instanceof Uint8Array;
    const answer = await fetch(`${this.root}${filled}${query.size ? `?${query}` : ""}`, {
      method,
      headers: { "Content-Type": isFile ? "application/octet-stream" : "application/json", ...(this.adminToken && { Authorization: `Bearer ${this.adminToken}` }) },
      ...(given.body !== undefined && { body: isFile ? (given.body as Uint8Array<ArrayBuffer>) : JSON.stringify(given.body) }),
    }).catch((error: Error) => {
      throw new AdminError(`no answer from ${this.root}: ${String(error.cause ?? error)}`, 0);
    });
    const text = await answer.text();
    const type = answer.headers.get("Content-Type")?.split(";")[0];
    const content = type?.endsWith("json") ? parsed(text) : text || undefined;
    if (answer.ok && (!given.having || Object(content)[given.having] !== undefined)) return content;
    if (!answer.ok && type === "application/problem+json") {
      const { detail, title } = content as Problem;
      throw new AdminError(detail ?? title ?? "refused", answer.status);
    }
    throw new AdminError(`${this.root} is no Inbox Mock: ${method} ${filled} was answered with ${answer.status} and ${type}`, answer.status);
  }
}

/** Return JSON, undefined if it is none although it says so. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
