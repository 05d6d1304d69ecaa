"""What embedding many records costs in memory, against the answer."""

import tracemalloc

from builders import START, a_booking, a_scenario
from fake import Mock

MESSAGES = 300


def test_embedding_hundreds_of_messages_takes_a_few_times_the_answer(mock: Mock) -> None:
    message = {"conversation": 11, "from": "guest", "content": "When can we come?", "at": START}
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], messages=[message] * MESSAGES))
    sandbox.api.get("/inbox/conversations/11", include="messages")
    tracemalloc.start()
    answer = sandbox.api.get("/inbox/conversations/11", include="messages")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(answer.record["messages"]) == MESSAGES
    assert peak < 3.5 * len(answer.body), peak / len(answer.body)
