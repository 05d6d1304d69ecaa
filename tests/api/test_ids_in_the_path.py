"""Ids in the path: one, several joined by commas, and what is no id."""

import pytest

from builders import a_body
from fake import Mock, Sandbox
from whole import CONVERSATIONS, LISTS, MESSAGES, a_busy_sandbox, link_of

NOT_FOUND = [{"code": "not_found"}]


@pytest.fixture
def crowd(mock: Mock) -> Sandbox:
    return mock.sandbox({"clients": [{"id": index + 1, "fullname": f"Client {index + 1}"} for index in range(150)]})


def test_several_records_are_asked_for_at_once(crowd: Sandbox) -> None:
    answer = crowd.api.get("/clients/7,3,12")

    assert answer.status == 200
    assert sorted(answer.ids) == [3, 7, 12]
    assert answer.meta["X-Total-Count"] == "3"


def test_commas_may_be_encoded(crowd: Sandbox) -> None:
    assert sorted(crowd.api.get("/clients/7%2C3").ids) == [3, 7]


def test_unknown_ids_among_known_ones_are_left_out(crowd: Sandbox) -> None:
    answer = crowd.api.get("/clients/3,999,7")

    assert sorted(answer.ids) == [3, 7]
    assert answer.meta["X-Total-Count"] == "2"


def test_an_id_that_comes_twice_counts_once(crowd: Sandbox) -> None:
    assert crowd.api.get("/clients/3,3,3").ids == [3]


@pytest.mark.parametrize("ids", ["999", "998,999", "0", "-1", "1.5", "abc", "%00", ",", "9" * 30, "9223372036854775808", "%D9%A1", "1%3B2"])
def test_nothing_that_exists_is_404(crowd: Sandbox, ids: str) -> None:
    answer = crowd.api.get(f"/clients/{ids}")

    assert answer.status == 404
    assert answer.errors == NOT_FOUND


@pytest.mark.parametrize("path", LISTS)
def test_every_resource_answers_404_to_an_unknown_id(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(f"{path}/999999")

    assert answer.status == 404
    assert answer.errors == NOT_FOUND


@pytest.mark.parametrize("path", LISTS)
def test_every_resource_answers_a_batch(mock: Mock, path: str) -> None:
    api = a_busy_sandbox(mock).api
    ids = api.get(path).ids

    answer = api.get(f"{path}/{','.join(str(record_id) for record_id in ids)},999999")

    assert sorted(answer.ids) == sorted(ids)
    assert sorted(answer.records, key=lambda record: int(record["id"])) == sorted(
        api.get(path).records, key=lambda record: int(record["id"])
    )


def test_a_batch_comes_in_pages_too(crowd: Sandbox) -> None:
    path = "/clients/" + ",".join(str(number) for number in range(1, 151))

    first, second = crowd.api.get(path), crowd.api.get(path, page=2)

    assert first.meta["X-Total-Pages"] == "2"
    assert first.ids + second.ids == list(range(1, 151))
    assert link_of(first)["next"] == f"{crowd.transport.root}/api/v3{path}?page=2"


def test_ids_may_be_a_parameter(crowd: Sandbox) -> None:
    assert crowd.api.get("/clients", ids="7,3,999").ids == [3, 7]


@pytest.mark.parametrize("number", [1_000, 5_000])
def test_many_ids_are_answered(crowd: Sandbox, number: int) -> None:
    answer = crowd.api.get("/clients/" + ",".join(str(100 + index) for index in range(number)))

    assert answer.status == 200
    assert answer.meta["X-Total-Count"] == "51"


def test_ten_thousand_ids_are_too_many_for_a_link_header(crowd: Sandbox) -> None:
    answer = crowd.api.get("/clients/" + ",".join(str(index) for index in range(10_000)))

    assert answer.status == 414
    assert answer.errors[0]["code"] == "uri_too_long"


def test_ten_thousand_unknown_ids_are_404(crowd: Sandbox) -> None:
    answer = crowd.api.get("/clients/" + ",".join(str(index) for index in range(20_000, 30_000)))

    assert answer.status == 404


@pytest.mark.parametrize("path", [*LISTS, f"{CONVERSATIONS}/11", f"{MESSAGES}/21,22", "/me"])
def test_a_trailing_slash_changes_nothing(mock: Mock, path: str) -> None:
    api = a_busy_sandbox(mock).api

    answer = api.get(f"{path}/")

    assert answer.status == 200
    assert answer.records == api.get(path).records


def test_a_trailing_slash_changes_nothing_for_writes(mock: Mock) -> None:
    api = a_busy_sandbox(mock).api

    assert api.post(f"{CONVERSATIONS}/", a_body("conversations", subject="Arrival")).status == 201
    assert api.put(f"{CONVERSATIONS}/11/", a_body("conversations", closed=True)).status == 200
    assert api.put(f"{CONVERSATIONS}/11/connect_booking/", a_body("bookings", id=80)).status == 200
    booking = a_body("bookings", start_at="2031-01-01", end_at="2031-01-08", booked=True)
    assert api.post("/rentals/16/bookings/", booking).status == 201
    assert api.delete("/bookings/80/").status == 204


@pytest.mark.parametrize("path", [f"/{MESSAGES}", "/inbox//messages", f"{MESSAGES}//21", f"{MESSAGES}//"])
def test_a_slash_too_many_is_not_redirected(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path)

    assert answer.status == 200
    assert answer.ids[0] == 21


@pytest.mark.parametrize("path", [MESSAGES, f"{MESSAGES}/21", f"{MESSAGES}/21,22", "/me", "/nothing", "/bookings/80"])
@pytest.mark.parametrize("suffix", [".json", ".json/"])
def test_a_path_with_the_suffix_json_answers_as_without(mock: Mock, path: str, suffix: str) -> None:
    sandbox = a_busy_sandbox(mock)
    without = sandbox.api.get(path, page=1)

    answer = sandbox.api.get(f"{path}{suffix}", page=1)

    assert (answer.status, answer.json.get("links")) == (without.status, without.json.get("links"))
    if suffix == ".json":
        assert answer.body == without.body
        assert sandbox.handle.journal()[-1]["path"] == f"/api/v3{path}"


def test_the_suffix_json_is_accepted_in_writes_and_sub_actions(mock: Mock) -> None:
    api = a_busy_sandbox(mock).api

    assert api.put(f"{CONVERSATIONS}/11.json", a_body("conversations", closed=True)).status == 200
    assert api.put(f"{CONVERSATIONS}/11/connect_booking.json", a_body("bookings", id=80)).status == 200
    assert api.delete("/bookings/80.json").status == 204


@pytest.mark.parametrize("path", ["/.json", f"{MESSAGES}/.json", f"{MESSAGES}.xml", f"{MESSAGES}.json/21", f"{MESSAGES}.json.json"])
def test_nothing_else_is_a_suffix(mock: Mock, path: str) -> None:
    assert a_busy_sandbox(mock).api.get(path).status == 404


@pytest.mark.parametrize("path", [f"{CONVERSATIONS}/11,12", "/hosts/2,3", f"{CONVERSATIONS}/abc", f"{CONVERSATIONS}/11,abc", "/hosts/2,"])
def test_a_write_is_for_one_record(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.put(path, {path.split("/")[-2]: [{}]})

    assert answer.status == 404
    assert answer.errors == NOT_FOUND


@pytest.mark.parametrize("rental", ["16,abc", "16,17", "16,", "abc", "999"])
def test_a_booking_is_made_in_one_rental(mock: Mock, rental: str) -> None:
    booking = a_body("bookings", start_at="2031-01-01", end_at="2031-01-08", booked=True)

    answer = a_busy_sandbox(mock).api.post(f"/rentals/{rental}/bookings", booking)

    assert answer.status == 404
    assert answer.errors == NOT_FOUND


def test_another_accounts_record_is_not_found(mock: Mock) -> None:
    sandbox = mock.sandbox(
        {
            "accounts": [{"id": 1}, {"id": 2}],
            "clients": [{"id": 1, "account": 1, "fullname": "Ours"}, {"id": 2, "account": 2, "fullname": "Theirs"}],
        }
    )

    assert sandbox.api.get("/clients/2").status == 404
    assert sandbox.api.get("/clients/1,2").ids == [1]
    assert sandbox.api.put("/clients/2", a_body("clients", fullname="Ours too")).status == 404
