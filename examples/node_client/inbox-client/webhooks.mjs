/** Webhooks: who sent them, and what they are about. What they say of it is not taken for the newest truth. */

import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether a signature is the HMAC-SHA1, in hex, of the body in Base64.
 *
 * The Base64 is Ruby's `encode64`: a newline after every 60 characters and at the end.
 */
export function isSigned(secret, signature, body) {
  const lines = body.toString("base64").replace(/.{1,60}/g, "$&\n");
  const expected = Buffer.from(createHmac("sha1", secret).update(lines).digest("hex"));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What a webhook is about, as `{kind, id}` with a kind such as `conversation`, or null if it cannot be told. */
export function hintIn(body) {
  try {
    const [kind, record] = Object.entries(JSON.parse(body).resource).find(([key]) => key !== "links");
    return { kind, id: record.id };
  } catch {
    return null;
  }
}
