"""Traffic that no server of the API would send is imported as far as it makes sense, and never ends in a fault of our own."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importing.recorded import an_exchange
from inbox_mock.importing import import_exchanges
from inbox_mock.resources import RESOURCES
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.loading import from_object

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "7", "x", "2030-06-01T12:00:00Z", "9999-12-31T23:59:59Z", "Client", "Doorkeeper::Application", "1" * 50])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "links"]), inner), max_leaves=5
)


@st.composite
def records(draw: st.DrawFn, plural: str) -> dict[str, Any]:
    """A record with any values of what its resource has."""
    resource = RESOURCES[plural]
    links = draw(st.dictionaries(st.sampled_from([link.name for link in resource.links] or ["none"]), VALUES, max_size=4))
    attributes = draw(st.dictionaries(st.sampled_from([a.name for a in resource.attributes]), VALUES, max_size=4))
    return {"id": draw(st.integers(1, 3) | VALUES), "links": draw(st.just(links) | VALUES)} | attributes


@st.composite
def exchanges(draw: st.DrawFn) -> Any:
    """An exchange of a resource, by any method, with any records."""
    plural = draw(st.sampled_from([name for name, resource in RESOURCES.items() if resource.has_id]))
    shown = draw(st.lists(records(plural), max_size=3) | VALUES)
    method, number = draw(st.sampled_from(["GET", "POST", "PUT", "DELETE"])), draw(st.sampled_from(["", "/1", "/1,2", f"/{'9' * 5000}"]))
    meta = draw(st.dictionaries(st.sampled_from(["X-Total-Count", "X-Per-Page", "deleted_ids", "Link"]), VALUES))
    query = draw(st.sampled_from(["", "?page=2", "?page=²", "?updated_since=soon", "?per_page=1&page=-1", f"?page={'9' * 5000}"]))
    return an_exchange(
        f"/api/v3/{RESOURCES[plural].path}{number}{query}",
        {plural: shown, "meta": draw(st.just(meta) | VALUES)},
        method=method,
        sent={plural: draw(st.lists(records(plural), max_size=1) | VALUES)},
        headers=draw(
            st.dictionaries(
                st.sampled_from(["X-Total-Count", "X-Per-Page", "Date", "X-RateLimit-Limit"]), st.sampled_from(["3", "²", "", "9" * 18])
            )
        ),
        status=draw(st.sampled_from([200, 201, 204, 304, 403, 422, 500])),
    )


@settings(max_examples=60)
@given(st.lists(exchanges(), min_size=1, max_size=4))
def test_whatever_is_recorded_becomes_a_scenario_that_can_be_built(recorded: list[Any]) -> None:
    found = import_exchanges([an_exchange("/api/v3/accounts", {"accounts": [{"id": 1}]}), *recorded])

    build_image(from_object(found.scenario), Overrides(), 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "https://a.b:x/api/v3/accounts",
        "https://a.b:99999/api/v3/accounts",
        "/api/v3",
        "/api/v3/",
        "https://a.b/api/v3/bookings/%FF",
        "https://a.b/oauth/token",
    ],
)
def test_odd_addresses_are_no_fault(url: str) -> None:
    import_exchanges([an_exchange("/api/v3/accounts", {"accounts": [{"id": 1}]}), an_exchange(url, {}, root="")])


@pytest.mark.parametrize("root", ["ftp://a.b", "https://:80", "//a.b"])
def test_a_root_that_is_none_of_the_web_is_no_base(root: str) -> None:
    assert import_exchanges([an_exchange("/api/v3/accounts", {"accounts": [{"id": 1}]}, root=root)]).bases == ("",)


@pytest.mark.parametrize("told", ["0001-01-01 00:00:00 UTC", "0001-01-01T00:00:00+14:00", "9999-12-31 23:59:59 UTC"])
def test_a_time_that_no_clock_shows_is_not_the_api_s(told: str) -> None:
    only_named = {"messages": [{"id": 1, "links": {"conversation": 2, "sender": 3}}], "bookings": [{"id": 4}]}
    recorded = [
        an_exchange(f"/api/v3/{path}", only_named, headers={"x-updated-since-request-synced-at": told})
        for path in ("inbox/messages", "inbox/messages/2,4")
    ]
    recorded.append(an_exchange("/api/v3/inbox/conversations/7", {"conversations": [{"id": 7, "links": {"bookings": [9]}}]}))

    assert import_exchanges(recorded).scenario["clock"]["now"] == "2030-06-01T12:00:00Z"


def test_a_limit_and_a_page_that_no_scenario_can_have_settle_nothing() -> None:
    figures = {"X-RateLimit-Limit": "9" * 18, "X-Total-Count": "1", "X-Per-Page": "1001"}
    found = import_exchanges([an_exchange("/api/v3/accounts?per_page=2000", {"accounts": [{"id": 1}]}, headers=figures)])

    assert not {"rate_limit", "page_cap"} & found.scenario.keys()
    from_object(found.scenario)
