"""A test for pytest, which sends the requests to a sandbox of its own by the plugin's fixture."""

from collections.abc import Iterator

from inbox_mock.recordings.writing import Traffic, Writer, can_be_sent, filled

TEMPLATE = '''\
@TOLD@
# Run it: pip install 'bookingsync-inbox-mock[pytest]' && pytest FILE
# Then let your client send the requests, in place of the loop, and assert what it should do.
import json

import requests

RECORDED = json.loads(r"""
@RECORDED@
""")


def holds(expected, found):
    """Say whether an answer holds what is expected: all of an object's keys, a list's every item."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(name in found and holds(value, found[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(holds, expected, found))
    return expected == found


def test_the_sandbox_answers_as_recorded(inbox_mock_server):
    sandbox = inbox_mock_server.sandbox(RECORDED["scenario"], clock={"mode": "manual"})
    tokens = {name: sandbox.admin("POST", "/tokens", made)["token"] for name, made in RECORDED["tokens"].items()}
    for number, step in enumerate(RECORDED["steps"], start=1):
        if step["at"]:
            sandbox.clock.advance(to=step["at"])
        if step["admin"]:
            sandbox.admin(step["method"], step["path"], json.loads(step["body"]))
            continue
        headers = step["headers"] | ({"Authorization": f"Bearer {tokens[step['token']]}"} if step["token"] else {})
        body = step["body"] and step["body"].encode()
        where = f"step {number}, {step['method']} {step['path']}"
        try:
            answer = requests.request(step["method"], sandbox.root_url + step["path"], headers=headers, data=body, timeout=90)
        except requests.RequestException as error:
            assert step["status"] is None, f"{where}: {error}"
            continue
        if step["status"]:
            assert answer.status_code == step["status"], where
        if step["answer"] is not None:
            assert holds(step["answer"], answer.json()), f"{where}: expected {step['answer']}, found {answer.json()}"
    errors = [one for one in sandbox.report()["violations"] if one["severity"] == "error"]
    wrong = [f"{one['code']} the client {one['title']}. {one['fix']}" for one in errors]
    assert wrong == [], "the requests break rules of conduct: see inbox-mock report"
'''


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield the test."""
    return filled(TEMPLATE, traffic, "# ")


WRITER = Writer(
    says="a test for pytest", ending="_test.py", kind="text/x-python; charset=utf-8", write=write, takes=can_be_sent, tests=True
)
