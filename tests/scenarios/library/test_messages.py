"""Shipped scenarios of what reaches the guest, what is written, and what is sent along."""

from builders import a_message
from fake import Mock
from scenarios.library.seen import CONVERSATION, CONVERSATIONS, MESSAGES, answer, contents, conversations_of, past, thread


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
