"""What the first line of a verdict says: what somebody would search for."""

import pytest

from inbox_contracts.consumer.harness import Harness
from mutants.clients.matrix import MUTANTS, on_trial

REASONS = {
    "says_the_beginning": "; sent was 'The way to the house is long.",
    "takes_a5xx_for_sent": ": its POST was answered 5",
    "says_nothing_twice": ", though the same words were there before",
    "answers_in_the_guests_first": ", to other guests",
    "never_refreshes": ": it sends no request any more",
    "composes_what_it_says": "(from character 6 on: '\\xe9 at eig' instead of 'e\\u0301 at ei')",
    "keeps_answers_by_address": ", and it had sent no request",
    "adds_a_host_once_more": ", and had not looked whether the one was there whose answer was lost",
    "greets_each_guest": "said 'Welcome!' in conversation ",
    "closes_what_it_has_answered": "changed closed of conversation ",
    "leaves_the_closed_alone": ": no message of these words was sent",
    "reads_the_first_page_only": "read page 1 of ",
    "reads_backwards": "; it read the pages of bookings backwards (",
    "counts_pages_at_first": "; it took the first page's word that there are ",
    "asks_whose_it_is": "called GET /api/v3/me with token-",
    "looks_what_is_left": "called GET /api/v3/me once more after a 429",
    "accepts_a_signature_again": "which has the genuine signature of an earlier webhook, with another body",
    "forgets_what_it_was_about": ": a webhook told of it, and no list does",
    "believes_in_strangers": ", which is another account's: a webhook told of it",
    "skips_the_page_of_a_refresh": ", which entry ",
    "sees_what_is_booked_only": ", status=booked",
    "takes_the_time_of_its_host": ", which no answer showed to it: it asked for participants with updated_since=",
    "sends_again_after_nonsense": ", after the first try ended with 201, which could not be read, without looking",
    "looks_stripped": ", after the first try ended without an answer, though it had looked, and entry ",
    "adds_a_host_after_nonsense": ", and had not looked whether the one was there whose answer was lost",
    "accepts_what_is_not_signed": "which has no signature",
    "refuses_what_comes_twice": ", of which it had accepted a copy",
    "dies_of_a_server_error": "raised RuntimeError",
    "swallows_errors": "when its sync was done",
    "never_asks_for_deletions": "still believes in booking ",
    "answers_with_old_participants": " without looking: one had joined before it was told to answer",
    "writes_seconds": "with an updated_since that is no time and counts as none, '",
    "keeps_bookings_that_are_gone": ", and it has booking 101, as entry ",
    "stops_at_the_last_request": " 2 times: its first POST was answered 201 and X-RateLimit-Remaining: 0",
    "answers_in_a_note_too": ", and was told to once",
    "answers_in_a_file_too": "made an attachment, which no answer bears",
    "adds_a_host_each_time": "in which one took part already",
}
"""A piece of the first finding, by the name of the broken client."""


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_names_the_fault(harness: Harness, name: str) -> None:
    mutant = next(found for found in MUTANTS if found.name == name)
    failure = on_trial(mutant, harness, fast=True).failure
    assert failure is not None
    assert any(REASONS[name] in found.about for found in failure.findings[:2]), failure.findings
