"""Bookings: what their list shows unless told, its filters, and cancelling."""

from inbox_contracts.provider.api import JSON, by_id
from inbox_contracts.provider.expectations import NotJudged, expect, same
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import documented

PAGE = documented("/reference/endpoints/bookings")
STATUSES = ("booked", "unavailable", "tentative")


def _all(trial: Trial) -> list[JSON]:
    bookings = next((resource for resource in trial.readable() if resource.plural == "bookings"), None)
    if bookings is None or (trial.read_only and len(trial.everything(bookings)) >= bookings.cap):
        raise NotJudged("there are more bookings than may be read")
    found = trial.everything(bookings)
    if not found or "canceled_at" not in found[0]:
        raise NotJudged("the token sees no whole bookings: it lacks bookings_read, or there are none")
    return found


def _now(trial: Trial) -> str:
    synced = trial.api.get("/accounts").header("x-updated-since-request-synced-at") or ""
    return f"{synced[:10]}T{synced[11:19]}Z"


@claim("usual-bookings", fidelity=PAGE)
def usual_bookings(trial: Trial) -> None:
    """The list of bookings shows those that have not ended and are not cancelled, unless filters say otherwise."""
    now = _now(trial)
    wanted = {booking["id"] for booking in _all(trial) if booking["canceled_at"] is None and booking["end_at_global"] > now}
    found = {booking["id"] for booking in trial.api.all_of("/bookings")}
    same(found, wanted, f"the ids in the list of bookings, at {now}")


@claim("booking-filters", fidelity=PAGE)
def booking_filters(trial: Trial) -> None:
    """from, until, status, include_canceled, rental_id and client_id leave exactly the bookings that they describe."""
    from hypothesis import strategies as st

    bookings = _all(trial)
    moments = sorted({b["start_at_global"] for b in bookings} | {b["end_at_global"] for b in bookings})
    rentals = sorted({b["links"]["rental"] for b in bookings})
    clients = sorted({b["links"]["client"] for b in bookings if b["links"]["client"] is not None})

    def as_asked(query: JSON) -> None:
        lifted = {"from": "2000-01-01", **query}
        wanted = {b["id"] for b in bookings if _fits(b, lifted)}
        found = {b["id"] for b in trial.api.all_of("/bookings", **lifted)}
        same(found, wanted, f"the ids of bookings with {lifted}")

    optional = {
        "from": st.sampled_from(moments),
        "until": st.sampled_from(moments),
        "status": st.lists(st.sampled_from(STATUSES), min_size=1, max_size=2, unique=True).map(",".join),
        "include_canceled": st.just("true"),
        "rental_id": st.sampled_from(rentals).map(str),
        **({"client_id": st.sampled_from(clients).map(str)} if clients else {}),
    }
    trial.explore(as_asked, 4 if trial.read_only else 25, query=st.fixed_dictionaries({}, optional=optional))


def _fits(booking: JSON, query: JSON) -> bool:
    return (
        booking["end_at_global"] > query["from"]
        and ("until" not in query or booking["start_at_global"] < query["until"])
        and ("include_canceled" in query or booking["canceled_at"] is None)
        and ("status" not in query or booking["status"].lower() in query["status"].split(","))
        and ("rental_id" not in query or str(booking["links"]["rental"]) == query["rental_id"])
        and ("client_id" not in query or str(booking["links"]["client"]) == query["client_id"])
    )


@claim("cancelling", fidelity=PAGE, reads=False)
def cancelling(trial: Trial) -> None:
    """DELETE cancels with 204: gone from list and address, in deleted_ids since before, and shown with include_canceled."""
    with trial.workspace() as workspace:
        booking_id = workspace.id("bookings")
        path, api = f"/bookings/{booking_id}", workspace.api
        expect(booking_id in by_id(api.all_of("/bookings", **{"from": "2000-01-01"})), f"the new booking {booking_id} is not in the list")
        before = api.get("/bookings").header("x-updated-since-request-synced-at")
        if workspace.sandbox is not None:
            workspace.sandbox.clock.advance("2s")
        answer = api.call("DELETE", path)
        same((answer.status, answer.body), (204, b""), f"{answer.about}: status and body of a cancellation")
        same(api.call("GET", path).status, 404, f"GET {path}: the status of a cancelled booking")
        shown = api.one(path, include_canceled="true")
        same(shown["status"], "Canceled", f"the status of the cancelled booking {booking_id}")
        expect(shown["canceled_at"] is not None, f"canceled_at of the cancelled booking {booking_id} is null")
        listed = by_id(api.all_of("/bookings", **{"from": "2000-01-01"}))
        expect(booking_id not in listed, f"the cancelled booking {booking_id} is in the list")
        deleted = api.get("/bookings", updated_since=before).json["meta"]["deleted_ids"]
        expect(booking_id in deleted, f"meta.deleted_ids since {before} is {deleted}, expected the cancelled booking {booking_id} in it")
        later = api.get("/bookings", updated_since="2100-01-01T00:00:00Z").json["meta"]["deleted_ids"]
        expect(booking_id not in later, f"meta.deleted_ids since 2100 has the booking {booking_id}, which was cancelled before")
