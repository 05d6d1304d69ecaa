// What the receivers in JavaScript share: whether a webhook was signed with the client secret.
import { createHmac, timingSafeEqual } from "node:crypto";

const SECRET = process.env.BOOKINGSYNC_APP_SECRET ?? "democlientsecret";
export const PORT = Number(process.env.PORT ?? 9000);

/** Whether it is the signature of these bytes: HMAC-SHA1 of their Base64, in lines of 60 characters. */
export function isGenuine(body, signature) {
  const lines = body.toString("base64").replace(/.{1,60}/g, "$&\n");
  const expected = Buffer.from(createHmac("sha1", SECRET).update(lines).digest("hex"));
  const given = Buffer.from(signature ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected); // of other lengths it throws
}

/** What to answer. */
export const status = (body, signature) => (isGenuine(body, signature) ? 204 : 401);
