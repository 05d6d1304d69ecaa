"""Which requests a fault strikes, and how often."""

import pytest

from builders import a_message
from fake import Mock, Sandbox
from faulty import set_fault, statuses, the_fault
from whole import CONVERSATIONS, MESSAGES


@pytest.mark.parametrize(
    ("path", "struck"),
    [
        (MESSAGES, [MESSAGES]),
        (f"/api/v3{MESSAGES}", [MESSAGES]),
        (f"{MESSAGES}/", [MESSAGES]),
        ("/inbox/*", [MESSAGES, CONVERSATIONS, f"{CONVERSATIONS}/11"]),
        (f"{CONVERSATIONS}/*", [f"{CONVERSATIONS}/11"]),
        ("*/conversations*", []),
        ("/*", [MESSAGES, CONVERSATIONS, f"{CONVERSATIONS}/11", "/hosts"]),
    ],
)
def test_a_path_is_exact_or_has_a_star(inbox: Sandbox, path: str, struck: list[str]) -> None:
    answer = inbox.admin.post("/faults", {"kind": "status", "match": {"path": path}})

    found = [one for one in (MESSAGES, CONVERSATIONS, f"{CONVERSATIONS}/11", "/hosts") if inbox.api.get(one).status == 503]

    assert found == struck
    assert answer.status == (201 if struck else 422)


def test_a_trailing_slash_makes_no_difference(inbox: Sandbox) -> None:
    set_fault(inbox, "status", match={"path": MESSAGES})

    assert inbox.api.get(f"{MESSAGES}/").status == 503


def test_a_method_can_be_named(inbox: Sandbox) -> None:
    set_fault(inbox, "status", match={"method": "POST"})

    assert statuses(inbox.api.get(MESSAGES), inbox.api.post(MESSAGES, a_message())) == [200, 503]


def test_an_application_can_be_named(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    airbnb, own = (sandbox.application(name) for name in ("Airbnb", "Your application"))
    set_fault(sandbox, "status", match={"application_id": airbnb["id"]})

    assert [mock.caller(one["token"]).get("/applications").status for one in (airbnb, own)] == [503, 200]


def test_the_nth_call_is_struck_and_no_other(inbox: Sandbox) -> None:
    set_fault(inbox, "status", match={"path": MESSAGES, "nth": 3})

    inbox.api.get("/hosts")

    assert statuses(*[inbox.api.get(MESSAGES) for _ in range(5)]) == [200, 200, 503, 200, 200]


def test_it_can_strike_from_the_nth_call_on(inbox: Sandbox) -> None:
    set_fault(inbox, "status", match={"nth": 2}, times=2)

    assert statuses(*[inbox.api.get(MESSAGES) for _ in range(4)]) == [200, 503, 503, 200]


def test_a_share_of_the_calls_is_struck_and_the_same_ones_each_time(mock: Mock) -> None:
    def struck(seed: int) -> list[int]:
        sandbox = mock.sandbox("empty", seed=seed)
        set_fault(sandbox, "status", match={"share": 0.3, "path": "/hosts"})
        found = []
        for number in range(100):
            if number % 7 == 0:
                sandbox.api.get("/rentals")
            found.append(sandbox.api.get("/hosts").status)
        return found

    first = struck(1)

    assert 15 <= first.count(503) <= 45
    assert struck(1) == first != struck(2)


def test_a_fault_can_be_over_after_a_while(inbox: Sandbox) -> None:
    fault = set_fault(inbox, "status", **{"for": "10m"})
    assert fault["ends_at"] == "2030-06-01T12:10:00Z"
    assert inbox.api.get(MESSAGES).status == 503

    inbox.advance("10m")

    assert inbox.api.get(MESSAGES).status == 200


def test_of_several_faults_the_first_that_is_set_strikes(inbox: Sandbox) -> None:
    set_fault(inbox, "status", status=500, times=1)
    set_fault(inbox, "status", status=502, times=1)

    assert statuses(*[inbox.api.get(MESSAGES) for _ in range(3)]) == [500, 502, 200]


def test_a_call_with_no_good_token_is_not_counted(inbox: Sandbox) -> None:
    set_fault(inbox, "status")

    assert Mock(inbox.transport).caller("nonsense").get(MESSAGES).status == 401

    assert the_fault(inbox)["seen"] == 0


def test_another_sandbox_is_not_struck(mock: Mock, inbox: Sandbox) -> None:
    set_fault(inbox, "status")

    assert mock.sandbox("empty").api.get(MESSAGES).status == 200
