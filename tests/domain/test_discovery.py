"""A module of a plug-in package that cannot be used is told in one line: its file, the line, and the cause."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from inbox_contracts.consumer import hazards
from inbox_contracts.consumer.hazards import Counters, StepBuilder
from inbox_mock import channels
from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.faults import kinds
from inbox_mock.simulation import actions
from inbox_mock.webhooks import event_types
from plugged import plugged
from processes import run

EVENT = """from inbox_mock.webhooks.event_types import EventType

EVENT_TYPES = (EventType(name="bird_came", says="a bird came", {}),)
"""
CIRCLE = """from inbox_mock.webhooks.event_types import EventType

EVENT_TYPES = (
    EventType(name="bird_came", says="a bird came", plural="hosts", accompanies=("bird_left",)),
    EventType(name="bird_left", says="a bird left", plural="hosts", accompanies=("bird_came",)),
)
"""
FAULT = """from inbox_mock.faults.declaration import DeliveryEffect, WebhookFault

FAULTS = (WebhookFault(kind="dove", says="a dove comes", options={{"by": {}}}, effect=lambda options: DeliveryEffect()),)
"""
ACTION = """from inbox_mock.simulation.actions import REFERENCE, action


@action(arguments={{"booking": REFERENCE}}, {})
def dove_comes(work, about):
    return {{}}
"""
HAZARD = """from inbox_contracts.consumer.hazards import hazard


@hazard(met=lambda recording: True)
def dove(steps):
    steps.sync()
"""
CHANNEL = "from inbox_mock.channels import ChannelPolicy\n\n"


@pytest.mark.parametrize(
    ("source", "line", "cause"),
    [
        ("POLICY = (\n", 1, "SyntaxError: .* was never closed"),
        ("import pigeons\n", 1, "ModuleNotFoundError: No module named 'pigeons'"),
        (f"{CHANNEL}POLICY = ChannelPolicy(name='dove')\n", 3, "TypeError: .*'title'"),
        (f"{CHANNEL}POLICY = ChannelPolicy(name='dove', title='Dove', origin='dove')\n", 3, "ValueError: channel 'dove': origin is 'dove'"),
    ],
    ids=["syntax", "import", "argument", "value"],
)
def test_what_cannot_be_imported_is_named_with_its_file_and_line(source: str, line: int, cause: str, tmp_path: Path) -> None:
    with plugged(channels, "dove", source, tmp_path), pytest.raises(DeclarationError, match=rf"/dove\.py:{line}: {cause}") as raised:
        channels.policies()

    assert raised.value.__cause__ is not None
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["scenarios"]])
def test_the_command_line_tells_it_in_one_line(arguments: list[str], tmp_path: Path) -> None:
    with plugged(channels, "dove", '"""No policy."""\n', tmp_path):
        ran = run(*arguments)

    assert (ran.returncode, ran.stderr) == (2, "inbox-mock: inbox_mock.channels.dove must define POLICY: ChannelPolicy\n")


@pytest.mark.parametrize(
    ("package", "collect", "source", "told"),
    [
        (
            event_types,
            event_types.event_types,
            EVENT.format("plural='birds'"),
            r"dove\.py:3: .*'bird_came': plural is 'birds'; expected one of",
        ),
        (event_types, event_types.event_types, EVENT.format("plural='hosts', scopes=('inbox',)"), r"dove\.py:3: .*scopes has 'inbox'"),
        (
            event_types,
            event_types.event_types,
            EVENT.format("plural='hosts', accompanies=('bird_left',)"),
            r"event_types\.dove: event type 'bird_came' accompanies 'bird_left'",
        ),
        (event_types, event_types.event_types, EVENT.format("plural='hosts', accompanies='bird_left'"), r"accompanies is 'bird_left'"),
        (
            event_types,
            event_types.event_types,
            EVENT.format("plural='hosts', accompanies=('client_created',)"),
            r"event_types\.dove: .*of hosts accompanies 'client_created' of clients",
        ),
        (event_types, event_types.event_types, CIRCLE, r"in a circle: bird_came, bird_left, bird_came"),
        (
            event_types,
            event_types.event_types,
            EVENT.format("plural='hosts'").replace("bird_came", "bird came"),
            r"dove\.py:3: .*event type 'bird came': expected a name of small letters",
        ),
        (
            kinds,
            kinds.kinds,
            FAULT.format("{'default': 1, 'description': 'x'}").replace('"dove"', '"Dove"'),
            r"dove\.py:3: .*fault 'Dove': ",
        ),
        (event_types, event_types.event_types, "EVENT_TYPES = (1,)\n", r"event_types\.dove declares 1; expected EventType"),
        (kinds, kinds.kinds, "FAULTS = ('zz',)\n", r"kinds\.dove declares 'zz'; expected Fault"),
        (actions, actions.actions, ACTION.format("says='{booking'"), r"dove\.py:\d: ValueError"),
        *(
            (
                actions,
                actions.actions,
                ACTION.format("says='x'").replace("dove_comes", name),
                rf"dove\.py:\d: .*'{name}': the name is taken",
            )
            for name in ("at", "conversation_opened", "message_relayed", "webhook_sent")
        ),
        (kinds, kinds.kinds, FAULT.format("{'default': '10m'}"), r"dove\.py:3: .*'dove': the option 'by' has no 'description'"),
        (kinds, kinds.kinds, FAULT.format("{'description': 'x'}"), r"dove\.py:3: .*'dove': the option 'by' has no 'default'"),
        (
            actions,
            actions.actions,
            ACTION.format("says='{bird} comes'"),
            r"dove\.py:\d: .*'dove_comes': says names 'bird'; expected some of .*where",
        ),
        (actions, actions.actions, ACTION.format("says='x', required=('bird',)"), r"dove\.py:\d: .*required names 'bird'"),
        (actions, actions.actions, ACTION.format("says='x', refers={'bird': 'hosts'}"), r"dove\.py:\d: .*refers names 'bird'"),
        (
            actions,
            actions.actions,
            ACTION.format("says='x', refers={'booking': 'birds'}"),
            r"dove\.py:\d: .*refers has 'birds' for 'booking'",
        ),
        (hazards, hazards.hazards, HAZARD, r"dove\.py:\d: .*'dove' has no docstring"),
    ],
)
def test_a_typo_in_a_declaration_is_told_when_it_is_collected(
    package: ModuleType, collect: Callable[[], object], source: str, told: str, tmp_path: Path
) -> None:
    with plugged(package, "dove", source, tmp_path), pytest.raises(DeclarationError, match=told):
        collect()


def test_a_hazard_adds_no_step_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="no step has the name 'guest_boks'; expected one of client_syncs, "):
        StepBuilder(lambda choices: choices[0], Counters()).add("guest_boks", {})
