"""``meta`` and the Link header, which say the same of every answer to GET and nothing of a write."""

from urllib.parse import urlsplit

import pytest

from builders import a_body, a_message
from fake import Answer, Mock, Sandbox
from whole import CONVERSATIONS, LISTS, MESSAGES, a_busy_sandbox, link_of

pytestmark = pytest.mark.both_transports

FIGURES = ("X-Total-Pages", "X-Total-Count", "X-Per-Page")


def with_clients(mock: Mock, number: int) -> Sandbox:
    return mock.sandbox({"clients": [{"id": index + 1, "fullname": f"Client {index + 1}"} for index in range(number)]})


def queries(answer: Answer) -> dict[str, str]:
    return {rel: urlsplit(url).query for rel, url in link_of(answer).items()}


@pytest.mark.parametrize("path", [*LISTS, "/me"])
def test_a_list_tells_its_size_in_text(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path)

    assert list(answer.meta) == ["Link", "X-Total-Pages", "X-Total-Count", "X-Per-Page"]
    assert answer.meta["X-Total-Pages"] == "1"
    assert answer.meta["X-Total-Count"] == str(len(answer.records))
    assert answer.meta["X-Per-Page"] == ("50" if path == "/rentals" else "100")


@pytest.mark.parametrize("path", [*LISTS, f"{CONVERSATIONS}/11", f"{MESSAGES}/21,22", "/me"])
def test_the_headers_repeat_meta(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path)

    assert {name: answer.headers[name] for name in FIGURES} == {name: answer.meta[name] for name in FIGURES}
    assert link_of(answer) == answer.meta["Link"]
    assert list(link_of(answer)) == list(answer.meta["Link"])
    assert answer.headers["X-Current-Page"] == "1"


def test_a_single_record_has_a_first_and_a_last_page(mock: Mock) -> None:
    answer = a_busy_sandbox(mock).api.get(f"{CONVERSATIONS}/11")

    address = f"{mock.root}/api/v3/inbox/conversations/11?page=1"
    assert answer.meta["Link"] == {"first": address, "last": address}
    assert answer.meta["X-Total-Count"] == "1"


def test_a_batch_counts_what_it_found_and_keeps_its_path(mock: Mock) -> None:
    answer = a_busy_sandbox(mock).api.get(f"{MESSAGES}/21,22")

    assert answer.meta["X-Total-Count"] == "2"
    assert link_of(answer)["first"] == f"{mock.root}/api/v3/inbox/messages/21,22?page=1"


@pytest.mark.parametrize(
    ("page", "relations"),
    [(1, ["first", "next", "last"]), (2, ["first", "prev", "next", "last"]), (3, ["first", "prev", "last"])],
)
def test_only_the_relations_that_apply_appear_and_in_order(mock: Mock, page: int, relations: list[str]) -> None:
    answer = with_clients(mock, 5).api.get("/clients", page=page, per_page=2)

    assert list(answer.meta["Link"]) == relations
    assert list(link_of(answer)) == relations


def test_relations_lead_to_their_pages(mock: Mock) -> None:
    answer = with_clients(mock, 5).api.get("/clients", page=2, per_page=2)

    assert queries(answer) == {
        "first": "page=1&per_page=2",
        "prev": "page=1&per_page=2",
        "next": "page=3&per_page=2",
        "last": "page=3&per_page=2",
    }


def test_every_parameter_is_kept_in_alphabetical_order_and_encoded(mock: Mock) -> None:
    answer = with_clients(mock, 1).api.get("/clients?zebra=a,b&include=account&colour=d%C3%A9j%C3%A0%20vu&updated_since")

    assert queries(answer)["first"] == "colour=d%C3%A9j%C3%A0+vu&include=account&page=1&updated_since=&zebra=a%2Cb"


def test_a_parameter_that_is_a_list_is_kept_whole(mock: Mock) -> None:
    answer = with_clients(mock, 1).api.get("/clients?tags[]=a&tags[]=b")

    assert queries(answer)["first"] == "page=1&tags%5B%5D=a&tags%5B%5D=b"


def test_a_comma_and_space_in_a_parameter_do_not_split_the_header(mock: Mock) -> None:
    answer = with_clients(mock, 1).api.get("/clients", colour='a, b>; rel="next"')

    assert list(link_of(answer)) == ["first", "last"]


def test_updated_since_puts_deleted_ids_before_everything_else(mock: Mock) -> None:
    answer = with_clients(mock, 1).api.get("/clients", updated_since="2000-01-01T00:00:00Z")

    assert list(answer.meta) == ["deleted_ids", "Link", "X-Total-Pages", "X-Total-Count", "X-Per-Page"]


def writes(sandbox: Sandbox) -> dict[str, Answer]:
    api = sandbox.api
    return {
        "create": api.post(MESSAGES, a_message()),
        "update": api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=True)),
        "patch": api.patch("/hosts/2", a_body("hosts", firstname="Janek")),
        "tie": api.put(f"{CONVERSATIONS}/11/connect_booking", a_body("bookings", id=80)),
    }


@pytest.mark.parametrize("write", ["create", "update", "patch", "tie"])
def test_a_write_has_an_empty_meta_and_no_link(mock: Mock, write: str) -> None:
    answer = writes(a_busy_sandbox(mock))[write]

    assert answer.status in {200, 201}
    assert answer.meta == {}
    assert not {"Link", "X-Current-Page", *FIGURES} & set(answer.headers)


def test_cancelling_answers_with_nothing(mock: Mock) -> None:
    answer = a_busy_sandbox(mock).api.delete("/bookings/80")

    assert (answer.status, answer.body) == (204, b"")
    assert not {"Link", "X-Current-Page", *FIGURES} & set(answer.headers)


def test_a_booking_is_found_in_its_top_level_list_though_it_is_made_under_a_rental(mock: Mock) -> None:
    body = a_body("bookings", start_at="2031-01-01", end_at="2031-01-08", booked=True)
    answer = a_busy_sandbox(mock).api.post("/rentals/16/bookings", body)

    assert answer.headers["Location"] == f"{mock.root}/api/v3/bookings/{answer.record['id']}"
