// What the fixture does, the same under each test runner. Tests whose name begins with "fails:" are to fail.
const assert = require("node:assert/strict");
const { createHmac } = require("node:crypto");

const CREATED = { events: ["inbox_conversation_created"] };

/** Stands in for the program under test. */
async function call(inbox, method, path, body) {
  const headers = { Authorization: `Bearer ${inbox.token}`, "Content-Type": "application/vnd.api+json" };
  const answer = await fetch(inbox.url + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, ...(await answer.json()) };
}

const reply = (inbox, channel) =>
  call(inbox, "POST", "/inbox/messages", {
    messages: [
      {
        conversation_id: 1,
        sender_id: 2,
        content: "There is, right under the house.",
        origin: "bookingsync_inbox",
        visibility: "external",
        channel,
        sent_at: "2030-06-01T12:00:00Z",
      },
    ],
  });

/** The signature of a webhook, as the guide describes it. */
const signature = (secret, body) =>
  createHmac("sha1", secret)
    .update(body.toString("base64").replace(/.{1,60}/g, "$&\n"))
    .digest("hex");

module.exports = ({ test, describe, inboxMock }) => {
  const inbox = inboxMock();
  assert.throws(() => inbox.url, /inboxMock\(\) has no url here/);

  let before;

  test("a test has a sandbox", async () => {
    before = inbox.id;
    await inbox.book();
    assert.equal((await call(inbox, "GET", "/inbox/conversations")).status, 200);
    assert.deepEqual([inbox.made.scenario, inbox.made.clock.mode, inbox.rootUrl], ["agency", "manual", inbox.url.replace("/api/v3", "")]);
  });

  test("the next test has another one", async () => {
    assert.notEqual(inbox.id, before);
    assert.deepEqual(await inbox.journal(), []);
  });

  test("the guest reads what the client answers", async () => {
    const booking = await inbox.book("airbnb", { conversation_delay: "10m" });
    await inbox.clock.advance("10m");
    const [conversation] = (await call(inbox, "GET", `/bookings/${booking.id}`)).bookings[0].links.conversations;
    await inbox.write(conversation, "Is there a garage?");
    await reply(inbox, "airbnb");
    await inbox.clock.advance({ until: "message_relayed" });
    assert.deepEqual((await inbox.thread(conversation)).map(({ from, content }) => [from, content]), [["guest", "Is there a garage?"]]);
    assert.equal((await inbox.thread(1)).at(-1).content, "There is, right under the house.");
    assert.deepEqual((await inbox.journal()).map(({ status }) => status), [200, 201]);
  });

  test("a webhook reaches a function as a signed request", async () => {
    const heard = [];
    const { secret } = await inbox.webhooksTo(async (webhook) => {
      const body = Buffer.from(await webhook.arrayBuffer());
      assert.equal(webhook.headers.get("X-Content-Signature"), signature(secret, body));
      assert.equal(new URL(webhook.url).pathname, "/hook");
      heard.push(JSON.parse(body).event);
    }, { ...CREATED, path: "/hook" });
    await inbox.book("airbnb", { conversation_delay: "10m" });
    await inbox.clock.advance("10m");
    assert.ok(heard.includes("inbox_conversation_created"));
    assert.deepEqual(heard.length, (await inbox.deliveries()).length);
  });

  test("a webhook reaches an application as http.createServer takes it", async () => {
    const heard = [];
    await inbox.webhooksTo((request, response) => {
      heard.push(request.method);
      response.writeHead(204).end();
    }, CREATED);
    await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
    await inbox.clock.advance("1m");
    assert.deepEqual(heard, ["POST"]);
    assert.equal((await inbox.deliveries())[0].attempts[0].status, 204);
  });

  for (const [says, answer] of [["status", 503], ["response", new Response("no", { status: 503 })]]) {
    test(`the ${says} that a function returns is the answer`, async () => {
      await inbox.webhooksTo(() => answer, CREATED);
      await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
      await inbox.clock.advance("1s");
      assert.equal((await inbox.deliveries())[0].attempts[0].status, 503);
    });
  }

  for (const [returned, told] of [[1, "1"], [0, "0"], [600, "600"], [200.5, "200.5"], [NaN, "NaN"], [true, "true"], [false, "false"],
    ["200", "'200'"], [[204], "[ 204 ]"], [Response.error(), "0"]]) {
    test(`what a function returns by accident fails the test in the call: ${told}`, async () => {
      await inbox.webhooksTo(() => returned, CREATED);
      await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
      const message = `the receiver returned ${told}, which is no status from 100 to 599: return nothing, or a status`;
      await assert.rejects(inbox.clock.advance("1s"), { name: "RangeError", message });
      assert.equal((await inbox.deliveries())[0].attempts[0].status, 500);
    });
  }

  test("a response whose body was read already fails the test in the call", async () => {
    const read = new Response("no");
    await read.text();
    await inbox.webhooksTo(() => read, CREATED);
    await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
    await assert.rejects(inbox.clock.advance("1s"), /Body/);
  });

  test("what a function throws is thrown by the call that sent the webhook", async () => {
    await inbox.webhooksTo(() => assert.fail("I do not know this conversation"), CREATED);
    await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
    await assert.rejects(inbox.clock.advance("1s"), /I do not know this conversation/);
  });

  for (const [says, thrower] of [["at once", () => { throw new Error("no table"); }], ["later", async () => { throw new Error("no table"); }]]) {
    test(`what an application throws ${says} is thrown by the call that sent the webhook`, async () => {
      await inbox.webhooksTo((_request, _response) => thrower(), CREATED);
      await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
      await assert.rejects(inbox.clock.advance("1s"), /no table/);
      assert.equal((await inbox.deliveries())[0].attempts[0].status, 500);
    });
  }

  test("what an application throws after its answer is thrown, too", async () => {
    await inbox.webhooksTo((_request, response) => {
      response.writeHead(204).end();
      throw new Error("no table");
    }, CREATED);
    await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
    await assert.rejects(inbox.clock.advance("1s"), /no table/);
    assert.equal((await inbox.deliveries())[0].attempts[0].status, 204);
  });

  test("a refusal that a receiver throws is thrown where the conduct is judged, too", async () => {
    await inbox.webhooksTo(() => inbox.server.call("DELETE", "/__admin/sandboxes/{id}", { path: { id: "none" } }), CREATED);
    await inbox.openConversation((await inbox.book("airbnb", { conversation_delay: "never" })).id);
    await inbox.server.call("POST", "/__admin/sandboxes/{id}/clock/advance", { path: { id: inbox.id }, body: { by: "1s" } });
    await assert.rejects(inbox.judge(), { name: "AdminError", status: 404 });
    await inbox.judge();
  });

  test("a fault strikes as often as it says", async () => {
    const fault = await inbox.fault("status", { status: 503, times: 1 });
    assert.equal((await call(inbox, "GET", "/inbox/conversations")).status, 503);
    assert.equal((await call(inbox, "GET", "/inbox/conversations")).status, 200);
    assert.deepEqual((await inbox.faults()).map(({ id, struck }) => [id, struck]), [[fault.id, 1]]);
  });

  test("a refusal says what was expected and what was found", async () => {
    await assert.rejects(inbox.book("arbnb"), { name: "AdminError", status: 422, message: /^channel: found "arbnb"; did you mean 'airbnb'\? Expected one of / });
    await assert.rejects(inbox.cancel(4711), { name: "AdminError", status: 404 });
  });

  test("a test may delete its sandbox", () => inbox.delete());

  test("a test may break a rule on purpose", async () => {
    inbox.allow("MSG002");
    await reply(inbox, null);
  });

  test("fails: a test whose client breaks a rule", () => reply(inbox, null));

  test("fails: a test by itself, which tells the latest requests", async () => {
    await call(inbox, "GET", "/inbox/conversations?fields=id");
    assert.fail("not as expected");
  });

  test("fails: a test that allows an unknown rule", () => inbox.allow("MSG02"));

  describe("of a file", () => {
    const own = inboxMock({ scenario: require.resolve("./late.yaml") });

    test("a scenario is the path of a file, too", () => assert.equal(own.made.seed, 9));
  });

  describe("of a group", () => {
    const own = inboxMock({ scenario: "agency", seed: 3, strict: true, allow: ["MSG002"] });

    test("the options say where a test begins, and what it may do", async () => {
      assert.deepEqual([own.made.seed, own.made.strict], [3, true]);
      assert.equal((await reply(own, null)).status, 201);
    });
  });
};
