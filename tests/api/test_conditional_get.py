"""ETag and If-None-Match."""

import pytest

from builders import a_body, a_message
from fake import Mock, Sandbox
from whole import CONVERSATIONS, LISTS, MESSAGES, a_busy_sandbox

pytestmark = pytest.mark.both_transports


@pytest.fixture
def busy(mock: Mock) -> Sandbox:
    return a_busy_sandbox(mock)


@pytest.mark.parametrize("path", [*LISTS, f"{CONVERSATIONS}/11", f"{MESSAGES}/21,22", "/me"])
def test_what_did_not_change_is_not_sent_again(busy: Sandbox, path: str) -> None:
    first = busy.api.get(path)

    again = busy.api.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_tag_stays_while_time_goes_by(busy: Sandbox) -> None:
    first = busy.api.get(MESSAGES).headers["ETag"]
    busy.advance("1h")

    assert busy.api.get(MESSAGES).headers["ETag"] == first


def test_what_changed_is_sent_with_another_tag(busy: Sandbox) -> None:
    first = busy.api.get(MESSAGES)
    busy.api.post(MESSAGES, a_message())

    again = busy.api.get(MESSAGES, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status == 200
    assert again.headers["ETag"] != first.headers["ETag"]
    assert len(again.records) == 3


def test_another_page_has_another_tag(busy: Sandbox) -> None:
    tags = {busy.api.get(MESSAGES, per_page=1, page=page).headers["ETag"] for page in (1, 2)}

    assert len(tags) == 2


def test_one_of_several_tags_is_enough(busy: Sandbox) -> None:
    tag = busy.api.get(MESSAGES).headers["ETag"]

    answer = busy.api.get(MESSAGES, headers={"If-None-Match": f'"something", {tag}, W/"else"'})

    assert answer.status == 304


def test_weak_or_strong_makes_no_difference(busy: Sandbox) -> None:
    tag = busy.api.get(MESSAGES).headers["ETag"].removeprefix("W/")

    assert busy.api.get(MESSAGES, headers={"If-None-Match": tag}).status == 304


@pytest.mark.parametrize("junk", ["", '"', "W/", "nothing", ",,,", '"\u00e9"'])
def test_junk_matches_nothing(busy: Sandbox, junk: str) -> None:
    assert busy.api.get(MESSAGES, headers={"If-None-Match": junk.encode().decode("latin-1")}).status == 200


def test_a_304_counts_against_the_rate_limit(busy: Sandbox) -> None:
    first = busy.api.get(MESSAGES)

    again = busy.api.get(MESSAGES, headers={"If-None-Match": first.headers["ETag"]})

    assert int(again.headers["X-RateLimit-Remaining"]) == int(first.headers["X-RateLimit-Remaining"]) - 1


@pytest.mark.parametrize("tag", ["*", 'W/"0"'])
def test_a_write_is_not_conditional(busy: Sandbox, tag: str) -> None:
    answer = busy.api.call("PUT", f"{CONVERSATIONS}/11", a_body("conversations", closed=True), headers={"If-None-Match": tag})

    assert answer.status == 200
    assert busy.api.get(f"{CONVERSATIONS}/11").record["closed_at"] is not None


def test_a_refusal_is_never_304(busy: Sandbox) -> None:
    assert busy.api.get(f"{MESSAGES}/999", headers={"If-None-Match": "*"}).status == 404


def test_a_scenario_can_switch_it_off(mock: Mock) -> None:
    sandbox = mock.sandbox({"assume": {"if_none_match": False}})
    tag = sandbox.api.get("/accounts").headers["ETag"]

    assert sandbox.api.get("/accounts", headers={"If-None-Match": tag}).status == 200
