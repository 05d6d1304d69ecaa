"""Test suites of people who use the plugin: the client that is in them, and what pytest prints."""

import pytest

CLIENT = """
import requests

def hosts(url, token):
    answer = requests.get(f"{url}/hosts", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer

def reply(sandbox, channel):
    '''Answer in conversation 1 of the agency, which is one of Airbnb.'''
    message = {"conversation_id": 1, "sender_id": 2, "content": "Welcome!", "origin": "bookingsync_inbox",
               "visibility": "external", "channel": channel, "sent_at": "2030-06-01T12:00:00Z"}
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    answer = requests.post(f"{sandbox.url}/inbox/messages", json={"messages": [message]}, headers=headers, timeout=10)
    assert answer.status_code == 201, answer.text
"""


def output(ran: pytest.RunResult) -> str:
    return ran.stdout.str()
