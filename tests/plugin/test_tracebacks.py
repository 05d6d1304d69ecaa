"""A traceback in a test's output shows the test's own frames, and none of the fake's."""

import pytest

from plugin.suites import output

pytest_plugins = ["pytester"]

BODIES = {
    "what the fake refuses": "sandbox.book('nowhere')",
    "what a receiver raises": """
    def receive(webhook):
        raise ValueError(webhook.event)
    sandbox.webhooks_to(receive, 'inbox_message_created')
    sandbox.write(1, 'Is there a garage?')
    sandbox.clock.advance('1m')""",
    "a receiver that is none": "sandbox.webhooks_to(7)",
    "a broken rule": "reply(sandbox, channel=None)\n    sandbox.judge()",
    "a host that is not answered": "requests.get('https://www.bookingsync.com.example/', timeout=5)",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    "header", ["def test(inbox_mock_in_process):\n    sandbox = inbox_mock_in_process", "@inbox_mock()\ndef test(sandbox):"]
)
def test_frames_of_the_fake_are_hidden(suite: pytest.Pytester, header: str, body: str) -> None:
    imports = "import requests\nfrom client import reply\nfrom inbox_mock.testing import inbox_mock"
    suite.makepyfile(f"{imports}\n\n{header}\n    {body.strip()}\n")

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    assert "test_frames_of_the_fake_are_hidden.py:" in output(ran)
    assert "/inbox_mock/" not in output(ran)
