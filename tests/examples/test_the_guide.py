"""The guide's driver skeleton, filled in with a client."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_scenario
from driven import Driven, an_opened_booking, begin, believed, truth
from driver import Driver
from fake import Mock, OverSocket
from inbox_contracts.commands.client import command
from mutants.clients.broken import InThisProcess
from processes import run

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "put-your-client-on-trial.md"
YOUR_CLIENT = """
from types import SimpleNamespace

from driver import belief
from inbox_client import Api, Inbox, Later as NotNow


class Client:
    def __init__(self, api_url, token, refresh_token, client_id, client_secret, webhook_secret):
        api = Api(api_url, token=token, refresh_token=refresh_token, client_id=client_id, client_secret=client_secret)
        self.inbox = Inbox(api, webhook_secret)
        self.sync, self.reply, self.receive = self.inbox.sync, self.inbox.reply, self.inbox.receive

    def bookings(self):
        return [as_object(one) for one in belief(self.inbox)["bookings"]]

    def conversations(self):
        return [as_object(one) for one in belief(self.inbox)["conversations"]]


def as_object(found):
    if isinstance(found, dict):
        return SimpleNamespace(**{name: as_object(value) for name, value in found.items()})
    return [as_object(one) for one in found] if isinstance(found, list) else found
"""


@pytest.fixture
def skeleton() -> str:
    (found,) = re.findall(r"<!-- skeleton -->\n```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return str(found)


@pytest.fixture
def driven(skeleton: str, tmp_path: Path) -> Iterator[Driven]:
    """The skeleton, as somebody would save it beside a client."""
    (tmp_path / "our_driver.py").write_text(skeleton)
    (tmp_path / "your_client.py").write_text(YOUR_CLIENT)
    with Driven([sys.executable, str(tmp_path / "our_driver.py")], {"PYTHONPATH": str(ROOT / "examples" / "python_client")}) as driven:
        yield driven


def test_the_skeleton_is_short(skeleton: str) -> None:
    assert len(skeleton.splitlines()) < 50


def test_the_skeleton_lets_a_client_be_commanded(driven: Driven, served: str) -> None:
    told = begin(driven, Mock(OverSocket(served)).sandbox(a_scenario(**an_opened_booking())))
    assert told.reply("Welcome!", booking_id=99) == "later"
    assert told.reply("Welcome!") == "done"
    assert believed(told.sync()) == believed(truth(told.sandbox))
    assert not told.hears("{}", "forged")


def without_numbers(text: str) -> str:
    """The text; findings that are left out between those of the guide may have other numbers."""
    return re.sub(r"[0-9][0-9:-]*", "#", text)


@pytest.fixture
def forgetful(tmp_path: Path) -> list[str]:
    """The trial of a client that leaves the channel out, as the guide breaks it."""
    shutil.copytree(ROOT / "examples" / "python_client", tmp_path / "client", ignore=shutil.ignore_patterns("__pycache__"))
    inbox = tmp_path / "client" / "inbox_client" / "inbox.py"
    right = inbox.read_text()
    broken = right.replace('channel=conversation["default_channel"]', "channel=None")
    assert broken != right
    inbox.write_text(broken)
    return [
        "check",
        "client",
        "--shrink-seconds",
        "60",  # it takes a few, and a busy machine must not leave the world larger than the guide shows it
        "--",
        sys.executable,
        str(tmp_path / "client" / "driver.py"),
    ]


def test_a_broken_client_is_told_of_as_the_guide_says_and_its_world_fails_again(forgetful: list[str], tmp_path: Path) -> None:
    told = run(*forgetful, cwd=tmp_path)
    assert told.returncode == 1
    (shown,) = re.findall(r"<!-- failure -->\n```text\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    for line in shown.splitlines():
        assert without_numbers(line.partition(" --world")[0]) in without_numbers(told.stdout)
    assert shown.split("\n\n")[1] in told.stdout, "the smallest world is another one: show it in the guide"
    (world,) = tmp_path.glob("inbox-mock-worlds/world-*.yaml")
    assert world.name in shown
    again = run(*forgetful[:2], "--world", str(world), *forgetful[4:])
    assert again.returncode == 1
    assert "MSG002" in again.stdout
    mended = run(*forgetful[:2], "--world", str(world), "--", sys.executable, str(ROOT / "examples" / "python_client" / "driver.py"))
    assert mended.returncode == 0


def test_a_client_in_this_process_is_put_on_trial_as_the_guide_says() -> None:
    (example,) = re.findall(r"<!-- in process -->\n```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names = {"OurClient": lambda: InThisProcess(Driver())}
    exec(example.replace("worlds=50", "worlds=4"), names)  # noqa: S102 - what the guide shows
    names["test_our_client_stands_the_trial"]()


def test_every_option_is_in_the_guide() -> None:
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert options <= set(re.findall(r"--[a-z-]+", GUIDE.read_text()))
