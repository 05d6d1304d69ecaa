"""Worlds: a scenario and the steps of a trial. A world's file is a scenario file with the key ``trial``.

Generated worlds start from few initial states, so that each of these is built once and then restored from its image.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inbox_contracts.consumer.driver import JSON
from inbox_mock.channels import opening
from inbox_mock.console.whole_files import write_whole
from inbox_mock.engine import durations
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find

TRIAL = "trial"
SYNCS, REPLIES, PASSES, EDITS = "client_syncs", "client_replies", "time_passes", "staff_edits"
TYING = {"staff_connects": "connects", "staff_disconnects": "disconnects"}
"""Steps that tie a booking to a conversation or take it out, and the key that names the booking."""
MEANWHILE = "meanwhile"
"""Steps that are taken between two requests of the client, while it carries out what it is told."""
RECEIVER = "http://127.0.0.1:9000/webhooks"
"""The address of a world's webhooks: in a trial the client receives them; when the file is served, any program that listens there."""


@dataclass(frozen=True, slots=True)
class World:
    """A world: ``scenario`` is its initial state, ``steps`` are events and commands to the client, each an object with one key."""

    scenario: Mapping[str, Any]
    steps: tuple[JSON, ...]

    def with_steps(self, steps: Sequence[JSON]) -> "World":
        """Return a world with the same initial state and other steps."""
        return World(self.scenario, tuple(steps))

    def assuming(self, **switches: object) -> "World":
        """Return the same world with other values of the scenario's ``assume``."""
        if not switches:
            return self
        return World({**self.scenario, "assume": {**self.scenario.get("assume", {}), **switches}}, self.steps)


def kind_of(step: Mapping[str, Any]) -> str:
    """Return the kind of a step, such as ``guest_books``."""
    return next(iter(step))


def load(path: str) -> World:
    """Return the world in a file.

    Raises:
        ScenarioError: it cannot be read, violates the schema, or holds no trial.
    """
    scenario = find(path if "/" in path or path.endswith((".yaml", ".yml")) else f"./{path}")
    steps = scenario.data.get(TRIAL)
    if not steps:
        raise ScenarioError(scenario.name, 1, f"no {TRIAL}", f"a world: a scenario with the steps of a trial under {TRIAL}")
    written: list[JSON] = list(steps)
    for number, step in enumerate(written):
        inner = step[MEANWHILE]["steps"] if MEANWHILE in step else []
        places = [((TRIAL, number), step), *(((TRIAL, number, MEANWHILE, "steps", nth), one) for nth, one in enumerate(inner))]
        for location, one in places:
            if PASSES in one:
                try:
                    durations.parse(one[PASSES])
                except ValueError as error:
                    raise scenario.error((*location, PASSES), str(error), "a duration of ten years at the most") from None
    scenario_data = {name: part for name, part in scenario.data.items() if name != TRIAL}
    return World(scenario_data, tuple(written))


def save(world: World, folder: Path, name: str, description: str) -> Path:
    """Write a world into a file in a folder, which is created if necessary, and return the file's path.

    Raises:
        OSError: it cannot be written.
    """
    import yaml

    from inbox_mock.yaml_events import Dumper

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    written = {"description": description, **{key: part for key, part in world.scenario.items() if key != "description"}}
    form: JSON = {"Dumper": Dumper, "sort_keys": False, "allow_unicode": True, "default_flow_style": None, "width": 120}
    head = yaml.dump(written, **form)
    steps = yaml.dump({TRIAL: list(world.steps)}, **form)
    write_whole(path, f"{head}{steps}")
    return path


PAST, SETTLED, SELF_MADE = 70, 80, 90
REGULAR = 60
"""The id of a client who has booked before."""
PAGES = {"small_pages": 2, "single_pages": 1}
"""The most records on a page, by the name of the part."""
LATENCY = "5s"

CLOCKS = {
    "new_year": "2030-12-31T23:57:00Z",
    "autumn": "2030-10-27T00:10:00Z",
    "leap_day": "2032-02-29T11:00:00Z",
}
"""When a world begins, by the name of the part."""
ELSEWHERE = "I could not reach you on the channel."
ELSEWHERE_ORIGINS = {
    "email": "email",
    "whatsapp": None,
    "messenger": None,
    "tripadvisor": None,
    "inquiry": None,
    "airbnb_email": "airbnb",
    "homeaway": "homeaway",
    "sms": None,
}
"""Where a guest's message may have been written, besides the channels that open conversations, and the channel of such a message."""

CLIENT = 17
"""The id of the client's application."""

AGENCY: JSON = {
    "seed": 7,
    "clock": {"mode": "manual"},
    "applications": [
        {
            "id": CLIENT,
            "name": "The client on trial",
            "client": True,
            "scopes": ["inbox_write", "bookings_read", "clients_read", "applications_read"],
        },
    ],
    "rentals": [{"id": 16, "name": "Chalet Les Robles", "timezone": "Europe/Paris"}],
    "users": [{"id": 12, "fullname": "Jan Kowalski"}, {"id": 13, "fullname": "Léa Fontaine"}],
    "hosts": [
        {"id": 2, "firstname": "Jan", "lastname": "Kowalski", "user": 12},
        {"id": 3, "firstname": "Léa", "lastname": "Fontaine", "user": 13},
    ],
}


def _booking(
    number: int, channel: str, guest: str, stay: tuple[str, str], created_at: str, conversation_delay: str, host_participant: object
) -> JSON:
    return {
        "id": number,
        "channel": channel,
        "rental": 16,
        "guest": {"fullname": guest},
        "start_at": stay[0],
        "end_at": stay[1],
        "created_at": created_at,
        "conversation_delay": conversation_delay,
        "host_participant": host_participant,
    }


BOOKINGS: dict[str, JSON] = {
    "past": _booking(PAST, opening()[-1].name, "Grace Okafor", ("-40d", "-33d"), "-60d", "10m", 3),
    "settled": _booking(SETTLED, opening()[0].name, "Clementina Kling", ("+9d", "+12d"), "-3h", "10m", 2),
    "self_made": _booking(SELF_MADE, opening()[0].name, "Otto Lindt", ("+50d", "+57d"), "-10m", "1h", host_participant=False),
}
"""Bookings that an initial state may contain, by the name of the part."""

INQUIRY: JSON = {
    "firstname": "Alma",
    "lastname": "Berg",
    "email": "alma@guests.example.com",
    "rental": 16,
    "start_at": "+20d",
    "end_at": "+27d",
    "created_at": "-10m",
    "conversation": 41,
}
SECOND_RENTAL = 18
"""The account's other rental, where there is one."""
NEIGHBOURS_RENTAL = 26
"""The rental of another account on which the client's application is installed."""
RECORDS: dict[str, dict[str, list[JSON]]] = {
    **{part: {"bookings": [booking]} for part, booking in BOOKINGS.items()},
    "self_made": {
        "clients": [{"id": 61, "fullname": "Otto Lindt"}],
        "bookings": [{name: part for name, part in BOOKINGS["self_made"].items() if name != "guest"} | {"client": 61}],
        "conversations": [{"id": 40, "booking": SELF_MADE, "subject": "Your stay", "default_channel": "email", "created_at": "-5m"}],
        "participants": [{"conversation": 40, "client": 61, "at": "-5m"}, {"conversation": 40, "host": 2, "at": "-5m"}],
    },
    "host_twice": {"participants": [{"booking": SETTLED, "host": 2, "at": "-2h", "read": True}]},
    "unbooked": {
        "conversations": [{"id": number, "subject": "A question", "created_at": "-5m"} for number in (41, 43)],
        "inquiries": [INQUIRY],
    },
    "second_rental": {"rentals": [{"id": SECOND_RENTAL, "name": "Villa Lola", "timezone": "Europe/Paris"}]},
    "written_elsewhere": {
        "conversations": [{"id": 42, "subject": "Re: The boiler", "default_channel": "email", "created_at": "-5m"}],
        "messages": [
            {"booking": SETTLED, "from": "guest", "at": "-1h", "origin": origin, "channel": channel, "content": ELSEWHERE}
            for origin, channel in ELSEWHERE_ORIGINS.items()
        ],
    },
    "full_page": {
        "messages": [{"booking": SETTLED, "from": "guest", "at": "-1h", "content": f"Question {number}"} for number in range(101)]
    },
    "regular": {"clients": [{"id": REGULAR, "fullname": "Mina Sato"}]},
    "files": {"attachments": [{"id": 51, "file": "boiler.jpg", "at": "-10m"}, {"id": 52, "file": "house-rules.pdf", "at": "-10m"}]},
    "webhooks": {"webhooks": [{"url": RECEIVER, "latency": LATENCY}]},
    "neighbour": {
        "accounts": [{"id": 1, "business_name": "Super Awesome Villas"}, {"id": 2, "business_name": "Lakeside Lets"}],
        "rentals": [{"id": NEIGHBOURS_RENTAL, "account": 2, "name": "Boat House", "timezone": "Europe/Paris"}],
    },
}
"""What an initial state may contain besides the agency, by the name of the part: records by their lists."""

PARTS = (*RECORDS, *PAGES, *CLOCKS)


def initial_state(parts: AbstractSet[str]) -> JSON:
    """Return the scenario of the initial state with these parts: one agency, and any of ``PARTS``."""
    found = dict(AGENCY)
    if pages := parts & PAGES.keys():
        found["page_cap"] = min(PAGES[part] for part in pages)
    for part in sorted(parts & CLOCKS.keys())[:1]:
        found["clock"] = {**found["clock"], "now": CLOCKS[part]}
    for part, lists in RECORDS.items():
        for name, records in lists.items() if part in parts else ():
            found[name] = [*found.get(name, []), *records]
    return found
