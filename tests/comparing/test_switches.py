"""What to do about a difference: the switch that explains it, found by trying each."""

from dataclasses import replace

import pytest

from comparing.arranged import MESSAGE, answered, kinds
from fake import Mock
from importing.recorded import recorded
from inbox_mock.comparing.recording import compare_recording, explaining_switches, sandbox_of
from inbox_mock.comparing.rendering import as_text, has_issue
from inbox_mock.comparing.report import report_of
from inbox_mock.recordings import Exchange
from inbox_mock.scenarios.loading import find_shipped


def _recording(mock: Mock, **assume: object) -> list[Exchange]:
    """A message in a conversation, and both records, from a server with other switches."""
    sandbox = mock.sandbox({**find_shipped("agency").data, "assume": assume})
    caller, exchanges = recorded(sandbox)
    caller.get("/inbox/conversations/4", include="messages,participants")
    sandbox.advance("1h")
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    caller.get("/inbox/conversations/4")
    return exchanges


@pytest.mark.parametrize(("switch", "value"), [("message_bumps_conversation", False), ("created_by", "links")])
def test_a_switch_that_explains_a_difference_is_found(mock: Mock, switch: str, value: object) -> None:
    exchanges = _recording(mock, **{switch: value})
    sandbox = sandbox_of(lambda: exchanges)
    assert kinds(compare_recording(lambda: exchanges, sandbox)) == {}, "the import has settled it"

    sandbox.imported = replace(sandbox.imported, scenario={**sandbox.imported.scenario, "assume": {}})
    found = compare_recording(lambda: exchanges, sandbox)
    assert found.kinds
    switches = explaining_switches(lambda: exchanges, sandbox, found, found.kinds, lambda _done, _total: None)
    assert switches == {switch: (value, found.kinds)}
    report = report_of(found, "recorded answers", switches=switches)
    assert not has_issue(report)
    assert f"Set assume.{switch}: " in as_text(report)


def test_a_difference_that_no_switch_explains_is_for_an_issue(mock: Mock) -> None:
    exchanges = [answered(one, status=202) for one in _recording(mock)]
    sandbox = sandbox_of(lambda: exchanges)
    found = compare_recording(lambda: exchanges, sandbox)
    switches = explaining_switches(lambda: exchanges, sandbox, found, found.kinds, lambda _done, _total: None)
    assert switches == {}
    assert has_issue(report_of(found, "recorded answers", switches=switches))
