#!/usr/bin/env bash
# Answer a guest, with curl and jq. Start the fake (inbox-mock serve), then: bash examples/curl/answer_a_guest.sh
set -euo pipefail

root="${INBOX_MOCK_URL:-http://127.0.0.1:8089}"

# A world of its own, on a clock that stands. What is done to it is not part of your program.
sandbox="$(curl -sSf "$root/__admin/sandboxes" -d '{"scenario":"agency"}')"
S="$root/__admin/sandboxes/$(jq -r .id <<< "$sandbox")"

# Your program knows these two, as it knows https://www.bookingsync.com/api/v3 and the token of an account.
api="$(jq -r .api_url <<< "$sandbox")"
token="$(jq -r .token <<< "$sandbox")"

admin() { curl -sSf "$S$1" -d "$2"; }
get() { curl -sSf -H "Authorization: Bearer $token" "$api$1"; }
post() { curl -sSf -H "Authorization: Bearer $token" -H 'Content-Type: application/vnd.api+json' "$api$1" -d "$2"; }

# A guest books on Airbnb. There is no conversation yet, and making one would be a mistake: the channel opens its own.
guest='{"fullname":"Ada Bauer"}'
booking="$(admin /bookings "{\"channel\":\"airbnb\",\"guest\":$guest,\"conversation_delay\":\"10m\",\"host_participant\":false}" | jq .booking.id)"
conversation_of() { get "/bookings/$booking" | jq '.bookings[0].links.conversations[0] // empty'; }
[ -z "$(conversation_of)" ] && echo "Booking $booking has no conversation yet."

# Time passes, and your program looks again. The guest has a question.
admin /clock/advance '{"by":"10m"}' > /dev/null
conversation="$(conversation_of)"
echo "Its conversation is $conversation."
admin "/conversations/$conversation/messages" '{"from":"guest","content":"Is there a garage?"}' > /dev/null

# Who answers is a Host participant. Is there one? Otherwise let a host of the account take part.
found="$(get "/inbox/conversations/$conversation?include=participants" | jq '.conversations[0]')"
sender="$(jq '[.participants[] | select(.links.member.type == "Host")][0].id // empty' <<< "$found")"
if [ -z "$sender" ]; then
  host="$(get /hosts | jq '.hosts[0].id')"
  seat="{\"conversation_id\":$conversation,\"member_type\":\"Host\",\"member_id\":$host}"
  sender="$(post /inbox/participants "{\"participants\":[$seat]}" | jq '.participants[0].id')"
fi

# The conversation's default_channel as the message's channel: without it the message is stored, and no guest sees it.
message="$(jq -n --argjson conversation "$conversation" --argjson sender "$sender" --argjson found "$found" '{
  conversation_id: $conversation, sender_id: $sender, content: "There is, right under the house.",
  origin: "bookingsync_inbox", visibility: "external", channel: $found.default_channel, sent_at: (now | todate)}')"
post /inbox/messages "{\"messages\":[$message]}" > /dev/null

# What Ada sees on Airbnb.
admin /clock/advance '{"by":"5m"}' > /dev/null
curl -sSf "$S/conversations/$conversation/thread" | jq -r '.messages[] | "\(.from): \(.content)"'
