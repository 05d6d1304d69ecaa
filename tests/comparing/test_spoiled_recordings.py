"""Each kind of difference: a recorded answer is spoiled in one place, and exactly that is told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comparing.arranged import MESSAGE, answer_of, compare, kinds, reads, spoiled, with_headers
from fake import Mock
from importing.recorded import recorded
from inbox_mock.comparing.report import without_private
from inbox_mock.recordings import Exchange, Lost
from inbox_mock.resources.disguise import Disguise

JSON = Any
DISGUISE = Disguise(b"a key")


@pytest.fixture(scope="session")
def recording(app: Any) -> list[Exchange]:
    from fake import InProcess

    return reads(Mock(InProcess(app)).sandbox("agency"))


def test_the_same_answers_do_not_differ(recording: list[Exchange]) -> None:
    assert kinds(compare(recording)) == {}


def _reordered(record: dict[str, JSON]) -> None:
    first = next(iter(record))
    record[first] = record.pop(first)


LIST, ONE, BOOKINGS, CLIENTS, MISSING = range(5)


@pytest.mark.parametrize(
    ("number", "change", "expected"),
    [
        (LIST, lambda body: body["conversations"][1].update(subject="Another"), {"field-value:conversations.subject": 1}),
        (LIST, lambda body: body["conversations"][1].update(subject=7), {"field-value:conversations.subject": 1}),
        (LIST, lambda body: body["conversations"][1].update(created_by_id="65"), {"field-type:conversations.created_by_id": 1}),
        (
            LIST,
            lambda body: body["conversations"][1].update(created_by_id=float(body["conversations"][1]["created_by_id"])),
            {"field-number:conversations.created_by_id": 1},
        ),
        (LIST, lambda body: [one.update(mood="good") for one in body["conversations"]], {"field-missing:conversations.mood": 3}),
        (LIST, lambda body: body["conversations"][0].pop("closed_at"), {"field-extra:conversations.closed_at": 1}),
        (LIST, lambda body: _reordered(body["conversations"][0]), {"field-order:conversations": 1}),
        (LIST, lambda body: body["conversations"].reverse(), {"record-order:conversations": 1}),
        (LIST, lambda body: body["conversations"].pop(), {"record-extra:conversations": 1}),
        (LIST, lambda body: body["conversations"].append({"id": 9999}), {"record-missing:conversations": 1}),
        (LIST, lambda body: body["conversations"][0]["links"].update(source=99), {"link-value:conversations.source": 1}),
        (LIST, lambda body: body["conversations"][0]["links"].pop("source"), {"link-extra:conversations.source": 1}),
        (LIST, lambda body: body["conversations"][0]["links"].update(rental=1), {"link-missing:conversations.rental": 1}),
        (LIST, lambda body: body["conversations"][0]["links"]["messages"].reverse(), {"link-order:conversations.messages": 1}),
        (LIST, lambda body: body["conversations"][0]["links"].update(created_by=None), {"link-value:conversations.created_by": 1}),
        (LIST, lambda body: body["links"].pop("conversations.source"), {"template-extra:conversations.source": 1}),
        (
            LIST,
            lambda body: body["links"].update(
                {"conversations.assignee": body["links"]["conversations.assignee"].replace("hosts", "users")}
            ),
            {"template-value:conversations.assignee": 1},
        ),
        (LIST, lambda body: body["meta"].update({"X-Total-Count": "18"}), {"meta-value:X-Total-Count": 1}),
        (LIST, lambda body: body["meta"].update({"X-Total-Count": 17}), {"meta-type:X-Total-Count": 1}),
        (LIST, lambda body: body["meta"]["Link"].pop("next"), {"meta-value:Link": 1}),
        (LIST, _reordered, {"envelope-order:conversations": 1}),
        (LIST, lambda body: body.pop("meta"), {"envelope-extra:meta": 1}),
        (LIST, lambda body: body.update(linked={}), {"envelope-missing:linked": 1}),
        (BOOKINGS, lambda body: body["meta"]["deleted_ids"].append(7), {"meta-value:deleted_ids": 1}),
        (BOOKINGS, lambda body: body["meta"].pop("deleted_ids"), {"meta-extra:deleted_ids": 1}),
        (ONE, lambda body: body["conversations"][0].pop("participants"), {"include-extra:conversations.participants": 1}),
        (
            ONE,
            lambda body: body["conversations"][0]["messages"][0].update(visibility="internal"),
            {"field-value:messages.visibility": 1},
        ),
        (
            ONE,
            lambda body: body["conversations"][0]["participants"][0]["links"].update(member={"id": 1, "type": "Host"}),
            {"link-value:participants.member": 1},
        ),
        (
            MISSING,
            lambda body: body["errors"][0].update(code="gone"),
            {"error-missing:messages.gone": 1, "error-extra:messages.not_found": 1},
        ),
        (MISSING, lambda body: body["errors"][0].update(title="is gone"), {"error-value:messages.not_found": 1}),
    ],
)
def test_a_body_that_is_spoiled_in_one_place_is_told_there(
    recording: list[Exchange], number: int, change: Callable[[JSON], None], expected: dict[str, int]
) -> None:
    exchanges = [spoiled(one, change) if place == number else one for place, one in enumerate(recording)]
    found = compare(exchanges)
    assert kinds(found) == expected
    assert {group.first.place.entry for group in found.groups.values()} == {number + 1}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"X_Foo": "anything"}, {"header-missing:X-Foo": 1}),
        ({"x_total_count": "18"}, {"header-value:X-Total-Count": 1}),
        ({"Link": None}, {"header-extra:Link": 1}),
        ({"Cache_Control": "no-store"}, {"header-value:Cache-Control": 1}),
        ({"Etag": None}, {"header-extra:ETag": 1}),
        ({"ETag": 'W/"0"', "X_Request_Id": "0", "X_Runtime": "9", "X_RateLimit_Remaining": "3", "Vary": "Origin"}, {}),
        ({"Server": "nginx", "Set_Cookie": "ahoy_visit=1", "Via": "1.1 vegur", "CF_Ray": "1", "X_Mock_Why": "so", "P3P": None}, {}),
    ],
)
def test_headers_are_compared_as_the_table_says(
    recording: list[Exchange], changes: dict[str, str | None], expected: dict[str, int]
) -> None:
    assert kinds(compare([with_headers(recording[LIST], **changes)])) == expected


def test_another_status_is_told_with_the_request_alone(recording: list[Exchange]) -> None:
    exchange = recording[LIST]
    assert exchange.response is not None
    other = replace(exchange, response=replace(exchange.response, status=302, body=b"<html>"))
    assert kinds(compare([other, other])) == {"status:302->200:GET /inbox/conversations": 2}


def test_an_outage_of_the_service_is_no_difference(recording: list[Exchange]) -> None:
    exchange = recording[LIST]
    assert exchange.response is not None
    found = compare([replace(exchange, response=replace(exchange.response, status=503, body=b"<html>")), recording[ONE]])
    assert (kinds(found), found.compared) == ({}, 1)
    assert [*found.skipped] == ["the service failed, which is no behaviour of the API"]


def test_what_the_fake_does_not_serve_is_counted_and_not_compared(recording: list[Exchange]) -> None:
    payments = replace(recording[LIST], request=replace(recording[LIST].request, url="https://www.bookingsync.com/api/v3/payments"))
    foreign = replace(recording[LIST], request=replace(recording[LIST].request, url="https://api.example/v1/things"))
    unanswered = replace(recording[LIST], response=None)
    found = compare([payments, foreign, unanswered])
    assert (kinds(found), found.compared) == ({}, 0)
    assert sorted(found.skipped) == [
        "it is no exchange with this API",
        "no answer was recorded",
        "the fake does not serve this path of the API",
    ]


def test_other_bytes_are_told_by_their_type(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    caller, exchanges = recorded(sandbox)
    url = caller.get("/inbox/attachments").records[0]["url"]
    replace(caller, base="").get(url.removeprefix("http://localhost"))
    assert kinds(compare(exchanges)) == {}
    file = exchanges[1]
    assert file.response is not None
    other = replace(file, response=replace(file.response, body=b"something else"))
    assert kinds(compare([exchanges[0], other])) == {f"body-value:{file.response.header('Content-Type')}": 1}


def _leaves(value: JSON, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in _leaves(part, (*path, name))]
    if isinstance(value, list) and value:
        return [leaf for number, part in enumerate(value) for leaf in _leaves(part, (*path, number))]
    return [path]


def _written(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_wherever_an_answer_is_changed_that_place_is_told(recording: list[Exchange], data: st.DataObject) -> None:
    number = data.draw(st.sampled_from([LIST, ONE, BOOKINGS, CLIENTS]))
    body = orjson.loads(answer_of(recording[number]).body or b"")
    path = data.draw(st.sampled_from(_leaves(body)))
    value = data.draw(st.sampled_from([-4711, "something that is nowhere else", {"odd": 1}, [["odd"]]]))

    def change(found: JSON) -> None:
        for part in path[:-1]:
            found = found[part]
        found[path[-1]] = value

    found = compare([spoiled(recording[number], change)])
    assert found.kinds
    told = [group.difference.where for group in found.groups.values()]
    if path[-1] == "id" and len(path) > 1:  # then it is another record
        path = path[:-1] if isinstance(path[-2], int) else path
    assert any(_written(path).startswith(where) for where in told), (told, path)


@pytest.mark.parametrize(
    ("lost", "change"),
    [
        (Lost.DATE, {"Date": None}),
        (Lost.CONTENT_TYPE, {"Content_Type": None}),
        (Lost.QUERY_ORDER, {"Link": '<http://localhost/api/v3/inbox/conversations?page=1>; rel="first"'}),
    ],
)
def test_what_a_recorder_lost_is_no_difference_of_ours(recording: list[Exchange], lost: Lost, change: dict[str, str | None]) -> None:
    exchange = with_headers(recording[LIST], **change)
    assert len(kinds(compare([exchange]))) == 1
    found = compare([replace(exchange, lost=frozenset({lost}))])
    assert kinds(found) == {}
    assert [cause for _, cause in found.groups] == [lost]


def test_a_body_that_was_not_recorded_is_named(recording: list[Exchange]) -> None:
    exchange = recording[LIST]
    assert exchange.response is not None
    other = replace(exchange, response=replace(exchange.response, body=None), lost=frozenset({Lost.RESPONSE_BODY}))
    found = compare([other])
    assert kinds(found) == {}
    assert [*found.groups] == [("body-lost:GET /inbox/conversations", Lost.RESPONSE_BODY)]


def test_a_write_whose_body_was_not_recorded_is_not_sent(mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    lost = [replace(one, request=replace(one.request, body=None), lost=frozenset({Lost.REQUEST_BODY})) for one in exchanges]
    found = compare(lost)
    assert kinds(found) == {}
    assert [*found.groups] == [("request-lost:POST /inbox/messages", Lost.REQUEST_BODY)]


def test_the_order_counts_as_lost_only_once_one_has_written(mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    caller.get("/clients", per_page=1)
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    caller.get("/clients", per_page=1)
    exchanges = [replace(one, lost=frozenset({Lost.ORDER})) for one in exchanges]
    exchanges = [
        spoiled(one, lambda body: body["clients"][0].update(notes="Other")) if one.request.method == "GET" else one for one in exchanges
    ]
    found = compare(exchanges)
    assert sorted(found.groups, key=str) == [("field-value:clients.notes", Lost.ORDER), ("field-value:clients.notes", None)]


REPEATED = ("jane@hotel.fr", "+33 6 12 34 56 78", "06.12.34.56.78", "Clementina Kowalska")


@pytest.mark.parametrize("said", ["{} is taken", 'found "{}", which is none', "“{}”: unknown", "the word '{}' is no name"])
@pytest.mark.parametrize("value", REPEATED)
def test_what_a_refusal_repeats_of_a_request_is_not_shown(value: str, said: str) -> None:
    if value == REPEATED[-1] and said.startswith("{}"):
        return  # words without a sign are those of the API
    error = {
        "field": "content",
        "code": "invalid",
        "title": said.format(value),
        value if value[0] != "C" else "detail": [said.format(value)],
    }
    for text in (
        without_private("error-value:messages.content", error, DISGUISE),
        without_private("error-missing:messages.content", error, DISGUISE),
    ):
        assert value not in text
        assert "'code': 'invalid'" in text


def test_the_words_of_a_refusal_are_shown() -> None:
    error = {"field": "sent_at", "code": "invalid", "title": "isn't before 2030-06-01T12:00:00Z, nor after 2029-01-01"}

    assert without_private("error-value:messages.sent_at", error, DISGUISE) == str(error)
