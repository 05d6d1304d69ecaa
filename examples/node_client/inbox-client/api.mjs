/**
 * HTTP: tokens that expire, pages that continue, hours that are used up, answers that never come.
 *
 * Nothing here waits. What cannot be done now throws Later, and whoever schedules the work asks again.
 */

const TIMEOUT_MILLISECONDS = 30_000;
const ENVELOPE = new Set(["links", "linked", "meta"]);

/** Not now. `notBefore` is the Unix time of the rate limit's reset, where that is what to wait for. */
export class Later extends Error {
  constructor(why, { notBefore = null, cause } = {}) {
    super(why, { cause });
    this.notBefore = notBefore;
  }
}

/** Nobody can tell whether the request was carried out: its answer never came, or was an error of the server's. */
export class LostAnswer extends Later {}

/** The request was understood and turned down: asking again changes nothing. */
export class Refused extends Error {
  constructor(why, status) {
    super(why);
    this.status = status;
  }
}

/** What a refusal says. The service writes JSON; what stands before it, pages. */
function refusalIn(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return { text };
  }
}

/** One account's access to the API. */
export class Api {
  constructor(url, { token, refreshToken, clientId, clientSecret }) {
    this.url = url.replace(/\/$/, "");
    this.token = token;
    this.refreshToken = refreshToken;
    this.client = { client_id: clientId, client_secret: clientSecret };
  }

  /** The pages of a list, one request each. Throws Later or Refused. */
  async *pages(path, query = {}) {
    let url = `${this.url}/${path}?${new URLSearchParams(query)}`;
    while (url) {
      const page = await this.call("GET", url);
      yield page;
      url = page.nextUrl;
    }
  }

  /**
   * Create a record, and return it as the service has it.
   *
   * Throws LostAnswer if it may be there now, or not; Later if it is not, and may be created later; Refused if it
   * cannot be created.
   */
  async create(path, attributes) {
    const plural = path.split("/").at(-1);
    const body = JSON.stringify({ [plural]: [attributes] });
    const headers = { "Content-Type": "application/vnd.api+json" };
    return (await this.call("POST", `${this.url}/${path}`, { body, headers })).records[0];
  }

  /** Call with a token that is good, as far as anybody knows. One that was refused is never used again. */
  async call(method, url, { body, headers } = {}) {
    for (let attempt = 0; attempt < 2; attempt++) {
      if (this.token === null) await this.refresh();
      const answer = await this.exchange(method, url, { body, headers: { ...headers, Authorization: `Bearer ${this.token}` } });
      if (answer.status < 300) return answer;
      if (answer.status !== 401) throw new Refused(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`, answer.status);
      this.token = null;
    }
    throw new Later(`${method} ${url}: a token that was fresh a moment ago is refused`);
  }

  /**
   * Get a new token. Its successor comes along, and must be kept: the old refresh token is good until the new token is used.
   *
   * Throws Refused if the account's owner has to connect it again.
   */
  async refresh() {
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: this.refreshToken, ...this.client });
    const answer = await this.exchange("POST", new URL("/oauth/token", this.url).href, { body });
    if (answer.status >= 300) throw new Refused(`the token cannot be refreshed: ${answer.status} ${JSON.stringify(answer.body)}`, answer.status);
    this.token = answer.body.access_token;
    this.refreshToken = answer.body.refresh_token;
  }

  /** Send one request. What comes back is a success or a refusal; everything else is for later. */
  async exchange(method, url, { body, headers }) {
    let answer, parsed;
    try {
      answer = await fetch(url, { method, body, headers, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
      const text = await answer.text();
      parsed = answer.status < 300 ? JSON.parse(text) : refusalIn(text);
    } catch (cause) {
      throw new LostAnswer(`${method} ${url}: ${cause.message}`, { cause });
    }
    if (answer.status >= 500) throw new LostAnswer(`${method} ${url}: ${answer.status}`);
    if (answer.status === 429) {
      const reset = answer.headers.get("X-RateLimit-Reset");
      throw new Later(`${method} ${url}: the hour's requests are used up`, { notBefore: reset === null ? null : Number(reset) });
    }
    return {
      status: answer.status,
      body: parsed,
      // The records stand under the one key that is not part of the envelope.
      records: Object.entries(parsed).find(([key]) => !ENVELOPE.has(key))?.[1],
      deletedIds: parsed.meta?.deleted_ids ?? [],
      syncedAt: answer.headers.get("X-Updated-Since-Request-Synced-At"),
      nextUrl: answer.headers.get("Link")?.match(/<([^>]*)>; rel="next"/)?.[1] ?? null,
    };
  }
}
