"""Bookings: which of them lists show, their states, and how they are cancelled."""

from datetime import timedelta
from itertools import combinations

from inbox_contracts.provider.api import JSON, by_id, records_of, the_record, wanted
from inbox_contracts.provider.expectations import NotJudged, expect, same, shown
from inbox_contracts.provider.headers import allowance_of, tells_its_making
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain import times
from inbox_mock.domain.fidelity import documented

BOOKINGS = documented("/reference/endpoints/bookings")
STATUSES = ("booked", "unavailable", "tentative")


def _bookings(trial: Trial) -> list[JSON]:
    bookings = next((resource for resource in trial.readable() if resource.plural == "bookings"), None)
    if bookings is None or (trial.read_only and len(trial.everything(bookings)) >= bookings.cap):
        raise NotJudged("there are more bookings than may be read")
    found = trial.everything(bookings)
    if not found or "canceled_at" not in found[0]:
        raise NotJudged("the token sees no whole bookings: it lacks bookings_read, or there are none")
    return found


@claim("usual-bookings", fidelity=BOOKINGS)
def usual_bookings(trial: Trial) -> None:
    """The list of bookings shows those that have not ended and are not cancelled, unless filters say otherwise."""
    synced = trial.api.get("/accounts").header("x-updated-since-request-synced-at") or ""
    now = f"{synced[:10]}T{synced[11:19]}Z"
    wanted = {booking["id"] for booking in _bookings(trial) if booking["canceled_at"] is None and booking["end_at_global"] > now}
    found = {booking["id"] for booking in trial.api.all_of("/bookings")}
    same(found, wanted, f"the ids in the list of bookings, at {now}")


@claim("booking-filters", fidelity=BOOKINGS)
def booking_filters(trial: Trial) -> None:
    """from, until, status, include_canceled, rental_id and client_id leave exactly the bookings that they describe."""
    from hypothesis import strategies as st

    bookings = _bookings(trial)
    moments = sorted({b["start_at_global"] for b in bookings} | {b["end_at_global"] for b in bookings})
    rentals = sorted({b["links"]["rental"] for b in bookings})
    clients = sorted({b["links"]["client"] for b in bookings if b["links"]["client"] is not None})

    def as_asked(query: JSON) -> None:
        lifted = {"from": "2000-01-01", **query}
        wanted = {b["id"] for b in bookings if _fits(b, lifted)}
        pages = list(trial.api.pages("/bookings", **lifted))
        found = {b["id"] for page in pages for b in records_of(page)}
        same(found, wanted, f"the ids of bookings with {shown(lifted)}")
        same(pages[0].header("X-Total-Count"), str(len(wanted)), f"{pages[0].about}: X-Total-Count")

    optional = {
        "from": st.sampled_from(moments),
        "until": st.sampled_from(moments),
        "status": st.lists(st.sampled_from(STATUSES), min_size=1, max_size=2, unique=True).map(",".join),
        "include_canceled": st.just("true"),
        "rental_id": st.sampled_from(rentals).map(str),
        **({"client_id": st.sampled_from(clients).map(str)} if clients else {}),
    }
    trial.explore(as_asked, 4 if trial.read_only else 12, query=st.fixed_dictionaries({}, optional=optional))
    if trial.read_only:
        return
    for name, ids in (("rental_id", rentals), ("client_id", clients)):
        as_asked({name: ",".join(map(str, ids[-2:]))})
    middle = len(moments) // 2
    each = {
        "from": moments[middle // 2],
        "until": moments[middle],
        "status": "booked,tentative",
        "include_canceled": "true",
        "rental_id": str(rentals[-1]),
        **({"client_id": str(clients[-1])} if clients else {}),
        "updated_since": "2001-01-01T00:00:00Z",
    }
    for pair in combinations(each, 2):
        if set(pair) != {"include_canceled", "updated_since"}:  # no source says whether that lists the cancelled, or names them gone
            as_asked({name: each[name] for name in pair})
    day = moments[len(moments) // 2][:10]
    short, long = ([b["id"] for b in trial.api.all_of("/bookings", **{"from": form})] for form in (day.replace("-", ""), day))
    same(short, long, f"the ids of bookings from {day.replace('-', '')}, beside those from {day}")


def _fits(booking: JSON, query: JSON) -> bool:
    return (
        booking["end_at_global"] > query["from"]
        and ("until" not in query or booking["start_at_global"] < query["until"])
        and ("include_canceled" in query or booking["canceled_at"] is None)
        and ("status" not in query or booking["status"].lower() in query["status"].split(","))
        and ("rental_id" not in query or str(booking["links"]["rental"]) in query["rental_id"].split(","))
        and ("client_id" not in query or str(booking["links"]["client"]) in query["client_id"].split(","))
    )


@claim("cancelling", fidelity=BOOKINGS, reads=False)
def cancelling(trial: Trial) -> None:
    """DELETE cancels with 204: gone from list and address, in deleted_ids since before, and shown with include_canceled."""
    reason = {"cancelation_reason": "payment_failed"}
    with trial.workspace() as workspace:
        booking = workspace.new("bookings", client_id=workspace.id("clients"), source_id=workspace.id("sources"))
        booking_id = booking["id"]
        path, api = f"/bookings/{booking_id}", workspace.api
        expect(booking_id in by_id(api.all_of("/bookings", **{"from": "2000-01-01"})), f"the new booking {booking_id} is not in the list")
        before = api.get("/bookings").header("x-updated-since-request-synced-at")
        workspace.advance("2s")
        answer = api.call("DELETE", path, {"bookings": [reason]})
        same((answer.status, answer.body), (204, b""), f"{answer.about}: status and body of a cancellation")
        expect(answer.header("x-updated-since-request-synced-at"), f"{answer.about}: no x-updated-since-request-synced-at")
        same((answer.header("Cache-Control"), answer.header("ETag")), ("no-cache", None), f"{answer.about}: Cache-Control and ETag")
        tells_its_making(answer)
        allowance_of(answer)
        same(api.call("GET", path).status, 404, f"GET {path}: the status of a cancelled booking")
        shown = api.one(path, include_canceled="true")
        same(shown["status"], "Canceled", f"the status of the cancelled booking {booking_id}")
        same({name: shown[name] for name in reason}, reason, f"what the cancelled booking {booking_id} shows of what was written")
        expect(shown["canceled_at"] is not None, f"canceled_at of the cancelled booking {booking_id} is null")
        if workspace.sandbox is not None:
            moved = shown["updated_at"] > booking["updated_at"] and shown["canceled_at"] > booking["created_at"]
            told = f"canceled_at is {shown['canceled_at']}, updated_at {shown['updated_at']}"
            expect(moved, f"{told}, though the booking was cancelled after {booking['updated_at']}")
        same(shown["links"], booking["links"], f"the links of the cancelled booking {booking_id}, beside those that it had")
        listed = by_id(api.all_of("/bookings", **{"from": "2000-01-01"}))
        expect(booking_id not in listed, f"the cancelled booking {booking_id} is in the list")
        changed = by_id(api.all_of("/bookings", updated_since=before, **{"from": "2000-01-01"}))
        expect(booking_id not in changed, f"the cancelled booking {booking_id} is among those that have changed since {before}")
        deleted = api.get("/bookings", updated_since=before).json["meta"]["deleted_ids"]
        expect(booking_id in deleted, f"meta.deleted_ids since {before} is {deleted}, expected the cancelled booking {booking_id} in it")
        workspace.advance("3d")
        deleted = api.get("/bookings", updated_since=before).json["meta"]["deleted_ids"]
        told = f"meta.deleted_ids since {before}, three days later, is {deleted}"
        expect(booking_id in deleted, f"{told}, expected the cancelled booking {booking_id} in it")
        others = api.get("/inbox/conversations", updated_since=before).json["meta"]["deleted_ids"]
        expect(booking_id not in others, f"meta.deleted_ids of conversations has {booking_id}, which is a cancelled booking")
        later = api.get("/bookings", updated_since="2100-01-01T00:00:00Z").json["meta"]["deleted_ids"]
        expect(booking_id not in later, f"meta.deleted_ids since 2100 has the booking {booking_id}, which was cancelled before")


STATES = (
    ({"booked": True}, "Booked"),
    ({"unavailable": True}, "Unavailable"),
    ({"tentative_expires_at": "2040-12-31T12:00:00Z"}, "Tentative"),
)
"""What is written of a booking's state, and the status that it has then."""


@claim("booking-states", fidelity=documented("/reference/endpoints/bookings; that used days are refused is recorded"), reads=False)
def booking_states(trial: Trial) -> None:
    """A booking is Booked, Unavailable or Tentative as written, and listed so; booked days are its own until it is moved or cancelled."""
    with trial.workspace() as workspace:
        for written, status in STATES:
            start_at, end_at = workspace.stay()
            made = the_record(wanted(workspace.attempt("bookings", {"start_at": start_at, "end_at": end_at, **written}), 201))
            path = f"/bookings/{made['id']}"
            for found in (made, workspace.api.one(path)):
                same(found["status"], status, f"the status of booking {made['id']}, made with {written}")
                same({name: found[name] for name in written}, written, f"what booking {made['id']} shows of its state")
            for asked in STATUSES:
                listed = by_id(workspace.api.all_of("/bookings", status=asked, **{"from": "2040-01-01"}))
                there = asked == status.lower()
                expect((made["id"] in listed) == there, f"booking {made['id']}, {status}, is {'not ' * there}in the list of {asked} ones")
            if status == "Booked":
                again = workspace.attempt("bookings", {"start_at": start_at, "end_at": end_at, **written})
                same(again.status, 422, f"{again.about}: the status of a booking of days that booking {made['id']} uses")
                _keeps_its_days(workspace, made)
            later = {"end_at": times.wire(times.parse(end_at) + timedelta(hours=2))}
            for stay in (later, dict(zip(("start_at", "end_at"), workspace.stay(), strict=True))):
                moved = {**stay, "status": status}
                for found in (workspace.change("bookings", made["id"], stay), workspace.api.one(path)):
                    same({name: found[name] for name in moved}, moved, f"booking {made['id']}, after {shown(stay)} was written")
            answer = workspace.api.call("DELETE", path)
            same(answer.status, 204, f"{answer.about}: the status of a cancellation without a body")
            for freed in ({"start_at": start_at, "end_at": end_at}, stay):
                again = workspace.attempt("bookings", {**freed, **written})
                same(again.status, 201, f"{again.about}: the status of a booking of days that booking {made['id']}, cancelled, has left")


def _keeps_its_days(workspace: Workspace, booking: JSON) -> None:
    """Raise PropertyViolation if another booking may be moved onto the days of one."""
    other = workspace.new("bookings")
    taken = {name: booking[name] for name in ("start_at", "end_at")}
    answer = workspace.api.call("PUT", f"/bookings/{other['id']}", {"bookings": [taken]})
    same(answer.status, 422, f"{answer.about}: the status of a move onto days that booking {booking['id']} uses")
