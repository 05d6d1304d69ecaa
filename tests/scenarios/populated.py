"""Random small scenarios with records of every noun, some of which a use case refuses."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from builders import JSON, a_booking, a_scenario
from inbox_mock.domain import fidelity

Pick = Callable[[Sequence[Any]], Any]
"""Chooses one of several."""

EARLIER, LATER = ("-400d", "-90d", "-36h", "-3h"), ("-2h", "-1h", "-601s", "-600s", "-10m", "-1m")
ZONES = ("Europe/Paris", "America/New_York", "Pacific/Auckland")


def scenarios() -> st.SearchStrategy[JSON]:
    """Scenarios of an agency; some are refused."""

    @st.composite
    def drawn(draw: st.DrawFn) -> JSON:
        return Populated(lambda choices: draw(st.sampled_from(choices))).scenario()

    return drawn()


class Populated:
    """A scenario whose records ``pick`` chooses; most of them refer to records that exist by then."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.bookings = pick(range(5))

    def some(self, most: int, make: Callable[[int], JSON]) -> list[JSON]:
        """At most so many records."""
        return [make(number) for number in range(self.pick(range(most + 1)))]

    def perhaps(self, **given: Sequence[Any]) -> JSON:
        """Some of the attributes, each with one of its values."""
        return {name: self.pick(choices) for name, choices in given.items() if self.pick((False, True))}

    def rarely(self, **given: Sequence[Any]) -> JSON:
        """One of the attributes, now and then."""
        name = self.pick(sorted(given))
        return {} if self.pick(range(8)) < 7 else {name: self.pick(given[name])}

    def conversation(self) -> JSON:
        """What names a conversation."""
        named: list[JSON] = [{"conversation": "own"}, *({"booking": f"booking-{number}"} for number in range(self.bookings))]
        return dict(self.pick(named))

    def scenario(self) -> JSON:
        """The scenario."""
        pick, perhaps = self.pick, self.perhaps
        return a_scenario(
            seed=pick(range(9)),
            strict=pick((False, False, False, True)),
            assume=perhaps(**{name: known.choices for name, known in fidelity.ASSUMPTIONS.items()}),
            accounts=[{"id": 1}, {"id": 3, "as": "other"}][: pick((1, 2))],
            rentals=[{"id": 16, "timezone": pick(ZONES)}, {"id": 17, "published": False}],
            hosts=[
                {"id": 2, "as": "jan", "firstname": "Jan", "lastname": "Kowalski", "user": 2},
                {"as": "lea", "firstname": "Léa", "lastname": "Fontaine"},
            ],
            clients=[{"as": "kim", "fullname": "Kim"} | perhaps(email=("kim@example.com",), preferred_locale=("fr",))],
            attachments=[{"as": "plan", "file": "floor-plan.png"}, {"as": "rules", "file": "house-rules.pdf", "at": pick(EARLIER)}],
            bookings=[self.booking(number) for number in range(self.bookings)],
            conversations=[{"as": "own", "created_at": pick(EARLIER)} | perhaps(id=(40,)) | self.rarely(booking=("booking-0",), id=(11,))],
            participants=self.some(3, lambda _: self.participant()),
            messages=self.some(8, self.message),
            changes=self.some(2, lambda _: self.change()),
            inquiries=self.some(1, lambda _: self.inquiry()),
            webhooks=self.some(1, lambda _: {"role": "receiver"}),
            faults=self.some(1, lambda _: {"kind": "dropped", "times": 1}),
            timeline=self.some(2, self.event),
            **self.generated(),
        )

    def booking(self, number: int) -> JSON:
        """A booking, most of which have their conversation within the hour."""
        made = {
            "as": f"booking-{number}",
            "channel": self.pick(("airbnb", "airbnb", "booking-com")),
            "rental": self.pick((16, 17)),
            "start_at": self.pick(("+30d", "2030-07-01", "-2d")),
            "end_at": "+37d",
            "created_at": self.pick(EARLIER),
            "conversation_delay": self.pick((0, "1s", "5m", "50m")),
        }
        made |= self.perhaps(
            guest=({"fullname": "Clementina Kling", "phone": "+33 4 00 00 00 00"},),
            status=("Tentative", "Unavailable", "Booked"),
            conversation=(11 + number,),
            host_participant=(True, False, "jan", "lea"),
            client_participants=(1, 3),
            relay_delay=(0, "2s", "50m"),
            canceled_at=("-30m", "-1m"),
        )
        return made | self.rarely(id=(80,), channel=("direct",), conversation=(11, 40), conversation_delay=("3h", "40d", "never"))

    def participant(self) -> JSON:
        """A participant."""
        member: JSON = self.pick(({"host": "jan"}, {"host": "lea"}, {"client": "kim"}))
        return {"at": self.pick(LATER)} | member | self.conversation() | self.perhaps(read=(True, False)) | self.rarely(id=(1, 30))

    def message(self, number: int) -> JSON:
        """A message, from the guest if the conversation is a channel's."""
        where = self.conversation()
        who = self.pick(("guest", "jan", "lea") if "booking" in where else ("jan", "lea"))
        said = {"content": f"Message {number}", "from": who, "at": self.pick(LATER)} | where
        said |= self.perhaps(attachments=(["plan"], ["rules", "plan"], ["plan", "plan"]), read=(True, False), repeat=(1, 3))
        return said | self.rarely(id=(1, 21), internal=(True,), channel=("email", "airbnb", None), client=("kim",))

    def change(self) -> JSON:
        """What staff changed."""
        changed = self.perhaps(closed=(True, False), assignee=("jan",), marked_as_spam=(True,))
        return {"at": self.pick(LATER)} | self.conversation() | changed

    def inquiry(self) -> JSON:
        """An inquiry."""
        who = {"firstname": "Clementina", "lastname": "Kling", "email": "clementina@example.com"}
        when = {"start_at": "+30d", "end_at": "+37d", "created_at": self.pick(EARLIER)}
        return {"rental": 16} | who | when | self.perhaps(conversation=("own",)) | self.rarely(booking=("booking-0",))

    def event(self, number: int) -> JSON:
        """What happens after the start."""
        books = {key: given for key, given in a_booking(id=90 + number, conversation=90 + number).items() if key != "created_at"}
        writes = {"content": "Hello"} | self.conversation() | self.perhaps(attachments=(["plan"],))
        return {"at": f"+{number}m", **self.pick(({"guest_books": books}, {"guest_writes": writes}, {"staff_writes": writes}))}

    def generated(self) -> JSON:
        """What is generated."""
        wanted = self.perhaps(bookings=(1, 2, 7), messages=(0, 1, 3, 12))
        if self.bookings and self.pick((True, False)):
            wanted["thread"] = {"messages": self.pick((1, 2, 9)), "booking": "booking-0"} | self.perhaps(over=("10s", "1h"))
        return {"generate": wanted} if wanted else {}
