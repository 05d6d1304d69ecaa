// Answers a guest with openapi-fetch, typed by what openapi-typescript makes of /openapi.json; prints the message's id.
import createClient from "openapi-fetch";

import type { paths } from "./build/api.js";

declare const process: { argv: string[] };
const [, , baseUrl, token] = process.argv;
const api = createClient<paths>({
  baseUrl: baseUrl!,
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/vnd.api+json" },
});

const listed = await api.GET("/api/v3/inbox/conversations", { params: { query: { ids: "4", include: "participants" } } });
const conversation = listed.data!.conversations[0]!;
const host = conversation.participants!.find((one) => one.links?.member?.type === "Host")!;
const created = await api.POST("/api/v3/inbox/messages", {
  body: {
    messages: [
      {
        conversation_id: conversation.id,
        sender_id: host.id,
        content: "Any time after four.",
        origin: "bookingsync_inbox",
        visibility: "external",
        channel: conversation.default_channel ?? null,
        sent_at: "2030-06-01T12:00:00Z",
      },
    ],
  },
});
console.log(created.data!.messages[0]!.id);
