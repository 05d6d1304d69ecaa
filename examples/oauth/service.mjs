// What the clients in JavaScript share: where the service is, who they are, and what the person at the browser does.
export const ROOT = process.env.BOOKINGSYNC_URL ?? "http://127.0.0.1:8089";
export const CLIENT_ID = process.env.BOOKINGSYNC_APP_ID ?? "democlientid";
export const CLIENT_SECRET = process.env.BOOKINGSYNC_APP_SECRET ?? "democlientsecret";
export const CALLBACK = "http://localhost:3000/callback";
export const AUTHORIZE = `${ROOT}/oauth/authorize`;
export const TOKEN = `${ROOT}/oauth/token`;
export const ME = `${ROOT}/api/v3/me`;

/** Agree on the page of consent, for account 1; return the address that the browser goes to then. */
export async function approve(page) {
  const { origin, pathname, searchParams } = new URL(page);
  const body = new URLSearchParams([...searchParams, ["decision", "approve"], ["account_id", "1"]]);
  const answer = await fetch(origin + pathname, { method: "POST", body, redirect: "manual" });
  return new URL(answer.headers.get("location"));
}

/** Show who the token belongs to. */
export async function show(accessToken) {
  const answer = await fetch(ME, { headers: { Authorization: `Bearer ${accessToken}` } });
  console.log(JSON.stringify(await answer.json()));
}

/** Open the address of a web application as a browser does, with the cookies that it sets, and agree on the way. */
export async function browse(address) {
  const cookies = new Map();
  for (let url = new URL(address), page; url; url = page) {
    if (url.origin === new URL(ROOT).origin) {
      page = await approve(url);
      continue;
    }
    const headers = { Cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
    const answer = await fetch(url, { headers, redirect: "manual" });
    for (const [, name, value] of answer.headers.getSetCookie().map((one) => /^([^=]+)=([^;]*)/.exec(one))) cookies.set(name, value);
    if (!answer.headers.has("location")) return answer.text();
    page = new URL(answer.headers.get("location"), url);
  }
}
