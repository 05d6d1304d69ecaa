"""The scenario library: every scenario loads and plays to its end, and each shows its point."""

from collections.abc import Iterator

import pytest
import requests

from builders import START, a_body, a_message
from fake import JSON, InProcess, Mock, OverSocket, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.loading import Scenario, find, shipped
from inbox_mock.webhooks.sender import sign
from receiver import Received, Receiver, deliveries, receiving

SPRING = 1_900_000_000.0  # 2030-03-17T17:46:40Z on the wall clock
LIBRARY = [scenario for scenario in shipped() if scenario.name != "large"]
BOOKING, CONVERSATION, CONVERSATIONS, MESSAGES, PARTICIPANTS = (
    "/bookings/80",
    "/inbox/conversations/11",
    "/inbox/conversations",
    "/inbox/messages",
    "/inbox/participants",
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def heard(mock: Mock, name: str, receiver: Receiver) -> Sandbox:
    """A sandbox of a scenario whose webhooks go to a receiver."""
    return mock.sandbox(name, webhook_url=receiver.url)


def conversations_of(sandbox: Sandbox, booking: int = 80) -> list[int]:
    found: list[int] = sandbox.api.get(f"/bookings/{booking}").record["links"]["conversations"]
    return found


def answer(sandbox: Sandbox, **changes: object) -> JSON:
    """What the guest is told by the host who takes part as participant 2."""
    posted = sandbox.api.post(MESSAGES, a_message(**changes))
    assert posted.status == 201, posted.body
    return posted.record


def thread(sandbox: Sandbox, conversation: int = 11) -> list[tuple[str, str]]:
    """Who said what, as the guest sees it on the channel."""
    return [(message["from"], message["content"]) for message in sandbox.handle.thread(conversation)]


def contents(sandbox: Sandbox) -> list[str]:
    return [message["content"] for message in sandbox.api.get(MESSAGES).records]


def past(sandbox: Sandbox, kind: str) -> list[JSON]:
    """What has happened of a kind."""
    return [event for event in sandbox.handle.timeline()["past"] if event["kind"] == kind]


# All of them


def test_there_are_at_least_thirty_besides_the_ordinary_ones() -> None:
    assert len({scenario.name for scenario in LIBRARY} - {"agency", "empty"}) >= 30


@pytest.mark.parametrize("scenario", LIBRARY, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("mode", ["manual", "real"])
def test_each_loads(scenario: Scenario, mode: str) -> None:
    assert build_image(scenario, Overrides(mode=mode), wall=SPRING)


@pytest.mark.parametrize("scenario", LIBRARY, ids=lambda scenario: scenario.name)
def test_each_says_in_one_sentence_what_it_shows(scenario: Scenario) -> None:
    assert scenario.description.endswith(".")
    assert len(scenario.description) < 160
    assert ". " not in scenario.description


@pytest.mark.parametrize("scenario", LIBRARY, ids=lambda scenario: scenario.name)
def test_each_plays_to_its_end_and_nothing_in_it_is_refused(mock: Mock, scenario: Scenario) -> None:
    sandbox = mock.sandbox({**scenario.data, "webhooks": []})

    happened = sandbox.advance("2d")["happened"]

    assert [event for event in happened if "refused" in event["about"]] == []
    assert sandbox.handle.timeline()["pending"] == []


# Conversations that come late, or not at all


def test_conversation_delayed(mock: Mock) -> None:
    sandbox = mock.sandbox("conversation-delayed")

    sandbox.advance("59m")
    before = conversations_of(sandbox)
    sandbox.advance("1m")

    assert (before, conversations_of(sandbox)) == ([], [11])
    assert sandbox.api.get("/bookings", updated_since="2030-06-01T13:00:00Z").ids == [80]


def test_conversation_never(mock: Mock) -> None:
    sandbox = mock.sandbox("conversation-never")

    sandbox.advance("30d")

    assert (conversations_of(sandbox), conversations_of(sandbox, 81)) == ([], [12])


def test_conversation_before_webhook(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "conversation-before-webhook", receiver)

    sandbox.advance("1m")
    polled, told = sandbox.api.get(CONVERSATIONS).ids, list(receiver.events)
    sandbox.advance("4m")

    assert (polled, told) == ([11], [])
    assert receiver.events == ["inbox_conversation_created"]


def test_cancelled_before_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox("cancelled-before-conversation")

    sandbox.advance("1h")

    booking = sandbox.api.get(BOOKING, include_canceled="true").record
    assert (booking["status"], booking["links"]["conversations"]) == ("Canceled", [])
    assert sandbox.api.get(CONVERSATIONS).ids == []


def test_cancelled_after_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox("cancelled-after-conversation")

    sandbox.advance("5m")
    answer(sandbox, content="A pity!", sent_at="2030-06-01T12:05:00Z")
    sandbox.advance("1m")

    assert sandbox.api.get("/bookings", updated_since=START).meta["deleted_ids"] == [80]
    assert sandbox.api.get(CONVERSATION).record["links"]["bookings"] == [80]
    assert thread(sandbox)[-1] == ("host", "A pity!")


def test_rebooked(mock: Mock) -> None:
    sandbox = mock.sandbox("rebooked")

    sandbox.advance("10m")

    assert sandbox.api.get("/bookings").ids == [81]
    assert (sandbox.api.get(CONVERSATIONS).ids, conversations_of(sandbox, 81)) == ([11, 12], [12])
    assert thread(sandbox, 12) == [("guest", "We had to move our holiday, sorry!")]


# Who takes part, and who writes


def test_no_host_participant(mock: Mock) -> None:
    sandbox = mock.sandbox("no-host-participant")

    before = sandbox.api.get(PARTICIPANTS).records
    joined = sandbox.api.post(PARTICIPANTS, a_body("participants", conversation_id=11, member_id=2, member_type="Host")).record
    answer(sandbox, sender_id=joined["id"])
    sandbox.advance("1m")

    assert [participant["links"]["member"]["type"] for participant in before] == ["Client"]
    assert [speaker for speaker, _ in thread(sandbox)] == ["guest", "host"]


def test_two_client_participants(mock: Mock) -> None:
    api = mock.sandbox("two-client-participants").api

    members = {record["id"]: record["links"]["member"] for record in api.get(PARTICIPANTS).records}

    assert [members[message["links"]["sender"]] for message in api.get(MESSAGES).records] == [
        {"id": 37, "type": "Client"},
        {"id": 38, "type": "Client"},
    ]


def test_guest_writes_before_host_joins(mock: Mock) -> None:
    sandbox = mock.sandbox("guest-writes-before-host-joins")

    sandbox.advance("34m")
    before = [record["links"]["member"]["type"] for record in sandbox.api.get(PARTICIPANTS).records]
    sandbox.advance("1m")

    assert (before, contents(sandbox)) == (["Client"], ["Is anybody there?"])
    assert sandbox.api.get(PARTICIPANTS).records[-1]["links"]["member"] == {"id": 2, "type": "Host"}
    assert past(sandbox, "hosts_notified") == []


def test_host_answers_on_channel(mock: Mock) -> None:
    sandbox = mock.sandbox("host-answers-on-channel")

    sandbox.advance("5m")

    message = sandbox.api.get(MESSAGES).records[-1]
    assert (message["origin"], message["created_by_id"], message["links"]["sender"]) == ("airbnb_message", 65, 2)
    assert thread(sandbox)[-1] == ("host", "From four o'clock. I am in the Airbnb app.")


def test_staff_answers_meanwhile(mock: Mock) -> None:
    sandbox = mock.sandbox("staff-answers-meanwhile")

    sandbox.advance("1m")
    answer(sandbox, content="From four o'clock!", sent_at="2030-06-01T12:01:00Z")
    sandbox.advance("1m")

    assert thread(sandbox)[1:] == [("host", "From four o'clock."), ("host", "From four o'clock!")]
    assert sandbox.api.get(MESSAGES).records[1]["created_by_type"] == "User"
    assert sandbox.api.get(CONVERSATION).record["closed_at"] == "2030-06-01T12:00:40Z"


def test_guest_reopens_closed(mock: Mock) -> None:
    sandbox = mock.sandbox("guest-reopens-closed")

    before = sandbox.api.get(CONVERSATION).record["closed_at"]
    sandbox.advance("10m")

    assert (before, sandbox.api.get(CONVERSATION).record["closed_at"]) == ("2030-06-01T11:30:00Z", None)


def test_deadline_close(mock: Mock) -> None:
    sandbox = mock.sandbox("deadline-close")

    before = sandbox.api.get(CONVERSATION).record["deadline_response_at"]
    answer(sandbox)

    assert before == "2030-06-01T12:10:00Z"
    assert sandbox.api.get(CONVERSATION).record["deadline_response_at"] is None


def test_spam(mock: Mock) -> None:
    sandbox = mock.sandbox("spam")

    sandbox.advance("5m")

    marked, marked_while_you_look = sandbox.api.get(CONVERSATIONS).records
    assert (marked["marked_as_spam_at"], marked["closed_at"]) == ("2030-06-01T10:40:00Z", "2030-06-01T10:40:00Z")
    assert (marked_while_you_look["marked_as_spam_at"], marked_while_you_look["closed_at"]) == ("2030-06-01T12:05:00Z", None)


def test_two_updates_in_one_second(mock: Mock) -> None:
    sandbox = mock.sandbox("two-updates-in-one-second")

    sandbox.advance("10s")

    conversation = sandbox.api.get(CONVERSATION).record
    assert conversation["updated_at"] == conversation["last_message_at"] == "2030-06-01T12:00:10Z"
    assert conversation["links"]["assignee"] == 2
    assert sandbox.api.get(CONVERSATIONS, updated_since="2030-06-01T12:00:10Z").ids == [11]


# What reaches the guest


def test_relay_slow(mock: Mock) -> None:
    sandbox = mock.sandbox("relay-slow")

    answer(sandbox, content="From four.")
    sandbox.advance("29m")
    before = thread(sandbox)
    sandbox.advance("1m")

    assert [speaker for speaker, _ in before] == ["guest"]
    assert thread(sandbox)[-1] == ("host", "From four.")


def test_relay_fails(mock: Mock) -> None:
    sandbox = mock.sandbox("relay-fails")

    sandbox.advance("1m")
    posted = sandbox.api.post(MESSAGES, a_message(sent_at="2030-06-01T12:01:00Z"))
    sandbox.advance("1d")

    assert (posted.status, posted.headers["X-Mock-Why"]) == (201, "not relayed: airbnb fails to relay what is written here")
    assert [speaker for speaker, _ in thread(sandbox)] == ["guest"]
    (failed,) = past(sandbox, "message_relayed")
    assert failed["about"] == {"message_id": posted.record["id"], "refused": "message_id: airbnb failed to relay it"}


def test_self_made_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox("self-made-conversation")

    assert conversations_of(sandbox) == [11, 12]
    assert sandbox.api.get(f"{CONVERSATIONS}/12").record["created_by_id"] == 17
    assert (thread(sandbox), sandbox.admin.get("/conversations/12/thread").status) == ([], 404)


def test_self_made_for_waiting_booking(mock: Mock) -> None:
    sandbox = mock.sandbox("self-made-for-waiting-booking")

    before = conversations_of(sandbox)
    sandbox.advance("10m")

    assert (before, conversations_of(sandbox)) == ([12], [11, 12])
    assert sandbox.admin.get("/conversations/12/thread").status == 404


# What is written, and sent along


def test_long_thread(mock: Mock) -> None:
    api = mock.sandbox("long-thread").api

    assert len(api.get(CONVERSATION).record["links"]["messages"]) == 5000
    assert api.get(MESSAGES).headers["X-Total-Pages"] == "50"


def test_emoji(mock: Mock) -> None:
    sandbox = mock.sandbox("emoji")

    assert contents(sandbox) == ["👨‍👩‍👧‍👦 from 🇳🇴 arriving 🛬, is the ♨️ on? 🙏🏽", "👍🏿"]
    assert contents(sandbox) == [content for _, content in thread(sandbox)]


def test_right_to_left(mock: Mock) -> None:
    sandbox = mock.sandbox("right-to-left")

    assert contents(sandbox) == ["مرحبا، هل يمكننا الوصول إلى Chalet Les Robles الساعة 14:45؟", "שלום! כן, אפשר להגיע בשעה 14:45."]


def test_huge_message(mock: Mock) -> None:
    (content,) = contents(mock.sandbox("huge-message"))

    assert len(content.encode()) > 100 * 1024


def test_picture_and_pdf(mock: Mock) -> None:
    sandbox = mock.sandbox("picture-and-pdf")

    picture, document = (sandbox.api.get(f"/inbox/attachments/{number}").record for number in (5, 6))

    assert [message["links"]["attachments"] for message in sandbox.api.get(MESSAGES).records] == [[5], [6, 7]]
    assert (picture["file_content_type"], document["file_content_type"]) == ("image/jpeg", "application/pdf")
    assert picture["image_width"] > 0
    assert document["image_width"] is None


# Guests, stays, accounts


def test_guest_forgotten(mock: Mock) -> None:
    sandbox = mock.sandbox("guest-forgotten")

    sandbox.advance("10m")

    client = sandbox.api.get("/clients/37").record
    assert client["forget_me_at"] == client["updated_at"] == "2030-06-01T12:10:00Z"
    assert (client["emails"], client["phones"], client["notes"]) == ([], [], None)
    assert "Clementina" not in sandbox.api.get("/clients").body.decode()
    assert sandbox.api.get(PARTICIPANTS).records[0]["links"]["member"] == {"id": 37, "type": "Client"}


def test_inquiry_became_booking(mock: Mock) -> None:
    api = mock.sandbox("inquiry-became-booking").api

    inquiry = api.get("/inquiries/31").record["links"]

    assert (inquiry["booking"], inquiry["conversation"]) == (80, 12)
    assert api.get(BOOKING).record["links"]["inquiry"] == 31
    assert api.get(f"{CONVERSATIONS}/12").record["links"]["inquiries"] == [31]
    assert api.get(MESSAGES).records[0]["origin"] == "inquiry"


def test_three_accounts(mock: Mock) -> None:
    sandbox = mock.sandbox("three-accounts")

    callers = [mock.caller(account["token"]) for account in sandbox.made["accounts"]]

    assert [caller.get(CONVERSATIONS).ids for caller in callers] == [[11], [12], [13]]
    assert callers[0].get(f"{CONVERSATIONS}/12").status == 404


def test_application_uninstalled(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "application-uninstalled", receiver)

    before = sandbox.api.get(CONVERSATIONS).status
    sandbox.advance("15m")
    after = sandbox.api.get(CONVERSATIONS)

    assert (before, after.status) == (200, 401)
    assert "The access token was revoked" in after.headers["WWW-Authenticate"]
    assert receiver.events == ["accounts_application_destroyed"]


def test_dst_stay(mock: Mock) -> None:
    booking = mock.sandbox("dst-stay").api.get(BOOKING).record

    assert (booking["start_at"], booking["end_at"]) == ("2030-10-26T16:00:00Z", "2030-10-28T10:00:00Z")
    assert (booking["start_at_global"], booking["end_at_global"]) == ("2030-10-26T14:00:00Z", "2030-10-28T09:00:00Z")


def test_back_to_back(mock: Mock) -> None:
    api = mock.sandbox("back-to-back").api

    first, second = api.get("/bookings").records

    assert first["end_at"][:10] == second["start_at"][:10]
    assert first["links"]["client"] == second["links"]["client"] == 37
    assert (first["links"]["conversations"], second["links"]["conversations"]) == ([11], [12])


def test_booking_moved(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "booking-moved", receiver)

    before = sandbox.api.get(BOOKING).record
    sandbox.advance("10m")
    after = sandbox.api.get(BOOKING).record

    assert (before["start_at"], after["start_at"]) == ("2030-07-01T16:00:00Z", "2030-07-31T16:00:00Z")
    assert (after["start_at_global"], after["updated_at"]) == ("2030-07-31T14:00:00Z", "2030-06-01T12:10:00Z")
    assert (after["reference"], after["links"]) == (before["reference"], before["links"])
    assert [payload["resource"]["booking"]["end_at"] for payload in receiver.of("booking_updated")] == ["2030-08-07T10:00:00Z"]


# Reading while the world moves


def test_page_shifts(mock: Mock) -> None:
    sandbox = mock.sandbox("page-shifts")

    first = sandbox.api.get("/bookings").ids
    sandbox.advance("1m")
    second = sandbox.api.get("/bookings", page=2).ids

    assert (first, second) == ([80, 81], [81, 82])
    assert sandbox.api.get("/bookings").ids == [90, 80]


def test_token_expires_mid_pagination() -> None:
    transport = InProcess(create_app(Options(scenario=find("token-expires-mid-pagination"), overrides=Overrides(mode="manual"))).app)
    mortal = Mock(transport).caller("mortal")
    sandbox = Sandbox(transport, {"id": "default"})

    first = mortal.get(CONVERSATIONS)
    sandbox.advance("1m")
    second = mortal.get(CONVERSATIONS, page=2)

    assert (first.ids, first.headers["X-Total-Pages"]) == ([11, 12], "3")
    assert second.status == 401
    assert "The access token expired" in second.headers["WWW-Authenticate"]


def test_rate_limit_mid_sync(mock: Mock) -> None:
    sandbox = mock.sandbox("rate-limit-mid-sync")

    pages = [sandbox.api.get(CONVERSATIONS, page=page) for page in (1, 2, 3)]
    sandbox.advance("1h")
    third = sandbox.api.get(CONVERSATIONS, page=3)

    assert [page.status for page in pages] == [200, 200, 429]
    assert pages[2].headers["X-RateLimit-Remaining"] == "0"
    assert third.ids == [15]


def test_webhook_retried(mock: Mock, receiver: Receiver) -> None:
    receiver.status = 503
    sandbox = heard(mock, "webhook-retried", receiver)

    sandbox.advance("1h")

    (delivery,) = deliveries(sandbox)
    assert [attempt["at"][11:16] for attempt in delivery["attempts"]] == ["12:01", "12:02", "12:04", "12:08"]
    assert len({received.body for received in receiver.received}) == 1


# What goes wrong

QUESTION, NEXT = "What time can we arrive?", "And where do we park?"


def told(receiver: Receiver) -> list[str]:
    """What the webhooks of new messages told, in the order in which they came."""
    return [payload["resource"]["message"]["content"] for payload in receiver.of("inbox_message_created")]


def is_genuine(sandbox: Sandbox, received: Received) -> bool:
    secret = sandbox.application("Your application")["client_secret"]
    return received.header("X-Content-Signature") == sign(secret, received.body)


def test_server_error(mock: Mock) -> None:
    sandbox = mock.sandbox("server-error")

    assert [sandbox.api.get(MESSAGES).status for _ in range(4)] == [503, 503, 503, 200]


def test_timeout_but_stored(served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox("timeout-but-stored")

    with pytest.raises(requests.ConnectionError):
        sandbox.api.post(MESSAGES, a_message(content="From four."))
    sandbox.advance("1m")

    assert contents(sandbox) == ["What time can we arrive?", "From four."]
    assert thread(sandbox)[-1] == ("host", "From four.")


def test_stale_read(mock: Mock) -> None:
    sandbox = mock.sandbox("stale-read")

    sandbox.advance("80s")
    stale = sandbox.api.get(MESSAGES)
    sandbox.advance("40s")

    assert (stale.ids, contents(sandbox)) == ([], [QUESTION])
    assert stale.headers["x-updated-since-request-synced-at"] == "2030-06-01 12:01:00 UTC"


def test_webhook_duplicated(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-duplicated", receiver)

    sandbox.advance("1h")

    assert told(receiver) == [QUESTION, QUESTION, NEXT]


def test_webhook_reordered(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-reordered", receiver)

    sandbox.advance("1h")

    assert told(receiver) == [NEXT, QUESTION]


def test_webhook_forged(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-forged", receiver)

    sandbox.advance("1h")

    assert [is_genuine(sandbox, received) for received in receiver.received] == [False, True]


def test_webhook_lost(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-lost", receiver)

    sandbox.advance("1h")

    assert (told(receiver), contents(sandbox)) == ([NEXT], [QUESTION, NEXT])


def test_webhook_stale(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-stale", receiver)

    sandbox.advance("1h")

    payloads = [payload["resource"]["booking"]["start_at"] for payload in receiver.of("booking_updated")]
    assert payloads == ["2030-07-11T16:00:00Z"] * 2
    assert sandbox.api.get(BOOKING).record["start_at"] == "2030-07-21T16:00:00Z"
