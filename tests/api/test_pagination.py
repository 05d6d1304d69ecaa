"""``page`` and ``per_page``."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_scenario
from fake import InProcess, Mock, Sandbox
from whole import CONVERSATIONS, MESSAGES, PARTICIPANTS, all_of, everything, link_of, pages

CLIENTS = 203


@pytest.fixture
def crowd(mock: Mock) -> Sandbox:
    return mock.sandbox(
        {
            "clients": [{"id": index + 1, "fullname": f"Client {index + 1}"} for index in range(CLIENTS)],
            "rentals": [{"name": f"Rental {index + 1}"} for index in range(60)],
        }
    )


def test_a_list_comes_in_pages_of_a_hundred(crowd: Sandbox) -> None:
    answer = crowd.api.get("/clients")

    assert answer.ids == list(range(1, 101))
    assert (answer.meta["X-Total-Pages"], answer.meta["X-Total-Count"], answer.meta["X-Per-Page"]) == ("3", "203", "100")


def test_rentals_come_in_pages_of_fifty(crowd: Sandbox) -> None:
    answer = crowd.api.get("/rentals", per_page=100)

    assert len(answer.records) == 50
    assert answer.meta["X-Per-Page"] == "50"


@pytest.mark.parametrize("per_page", ["101", "1000", "9" * 30])
def test_the_default_is_also_the_most(crowd: Sandbox, per_page: str) -> None:
    answer = crowd.api.get("/clients", per_page=per_page)

    assert len(answer.records) == 100
    assert answer.headers["X-Per-Page"] == "100"


def test_a_smaller_page_can_be_asked_for(crowd: Sandbox) -> None:
    answer = crowd.api.get("/clients", page=2, per_page=2)

    assert answer.ids == [3, 4]
    assert answer.headers["X-Per-Page"] == "2"
    assert answer.headers["X-Total-Pages"] == "102"
    assert answer.headers["X-Current-Page"] == "2"


@pytest.mark.parametrize("junk", ["0", "-1", "1.5", "ten", "", "%D9%A1", "0x10", "1e2", "%20", "%00"])
@pytest.mark.parametrize("parameter", ["page", "per_page"])
def test_junk_counts_as_nothing_said(crowd: Sandbox, parameter: str, junk: str) -> None:
    answer = crowd.api.get(f"/clients?{parameter}={junk}")

    assert answer.status == 200
    assert answer.ids == list(range(1, 101))


@pytest.mark.parametrize("page", ["4", "999999999999"])
def test_past_the_end_there_is_nothing(crowd: Sandbox, page: str) -> None:
    answer = crowd.api.get("/clients", page=page)

    assert answer.status == 200
    assert answer.records == []
    assert list(link_of(answer)) == ["first", "prev", "last"]
    assert answer.headers["X-Total-Count"] == "203"


def test_following_next_meets_every_record_once(crowd: Sandbox) -> None:
    ids = [record["id"] for record in all_of(crowd.api, "/clients")]

    assert ids == list(range(1, CLIENTS + 1))


def test_a_client_may_count_pages_instead(crowd: Sandbox) -> None:
    number = int(crowd.api.get("/clients").meta["X-Total-Pages"])

    ids = [record_id for page in range(1, number + 1) for record_id in crowd.api.get("/clients", page=page).ids]

    assert ids == list(range(1, CLIENTS + 1))


def test_per_page_may_be_said_again_on_top_of_what_the_address_holds(crowd: Sandbox) -> None:
    answer = crowd.api.get("/clients?page=2&per_page=10&per_page=10")

    assert answer.ids == list(range(11, 21))
    assert link_of(answer)["next"].endswith("?page=3&per_page=10")


def test_an_empty_list_has_one_page(mock: Mock) -> None:
    answer = mock.sandbox("empty").api.get(CONVERSATIONS)

    assert (answer.headers["X-Total-Pages"], answer.headers["X-Total-Count"]) == ("1", "0")
    assert list(link_of(answer)) == ["first", "last"]


@pytest.mark.parametrize("parameters", [{"include": "account"}, {"fields": "fullname"}, {"updated_since": "2000-01-01"}])
def test_pages_and_the_other_parameters_go_together(crowd: Sandbox, parameters: dict[str, Any]) -> None:
    whole = crowd.api.get("/clients", per_page=100, **parameters).records

    assert all_of(crowd.api, "/clients", per_page=30, **parameters)[:100] == whole


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, object]:
    stays = st.fixed_dictionaries(
        {
            "channel": st.sampled_from(["airbnb", "booking-com", "direct"]),
            "rental": st.just(16),
            "guest": st.just({"fullname": "Clementina Kling"}),
            "start_at": st.integers(1, 90).map(lambda days: f"+{days}d"),
            "end_at": st.integers(91, 120).map(lambda days: f"+{days}d"),
            "created_at": st.integers(1, 50).map(lambda hours: f"-{hours}h"),
        }
    )
    return a_scenario(bookings=draw(st.lists(stays, max_size=12)), seed=draw(st.integers(0, 99)))


@settings(derandomize=True, max_examples=15, database=None)
@given(scenario=scenarios(), per_page=st.integers(1, 7))
def test_the_size_of_a_page_does_not_change_what_a_list_holds(app: Flask, scenario: dict[str, object], per_page: int) -> None:
    api = Mock(InProcess(app)).sandbox(scenario).api
    whole = everything(api)

    for path in ("/bookings", "/clients", "/sources", CONVERSATIONS, PARTICIPANTS, MESSAGES):
        answers = list(pages(api, path, per_page=per_page))
        assert [record for answer in answers for record in answer.records] == whole[path]
        assert all(len(answer.records) == per_page for answer in answers[:-1])
        assert {answer.meta["X-Total-Count"] for answer in answers} == {str(len(whole[path]))}
        assert {answer.meta["X-Total-Pages"] for answer in answers} == {str(len(answers))}
