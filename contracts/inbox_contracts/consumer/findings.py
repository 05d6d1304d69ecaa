"""What a client did wrong: by a rule of conduct, or by what the trial itself looks at, each with a title and a way to mend it."""

from dataclasses import dataclass

from inbox_contracts.rules import rules
from inbox_mock.conduct.evaluation import offered_rules

TITLES = {
    "BELIEF": "believes what is not true",
    "LOST": "said that it had answered, and the guest never reads it",
    "TWICE": "answered, and the guest reads it more than once",
    "TOO_SOON": "said that it had answered, while there was no conversation of the channel's to answer in",
    "CLUTTER": "left records that nobody needs",
    "UNASKED": "wrote what nobody had asked it for",
    "STUCK": "puts off the same thing for ever",
    "GAVE_UP": "said that it cannot do what it can do",
}
FIXES = {
    "BELIEF": "Keep a copy that is brought up to date from every page, by updated_since from the first page's synced-at.",
    "LOST": "Send as a Host participant, with the conversation's default_channel, and answer ok only after the message was taken.",
    "TWICE": "After an answer that was lost, list the messages before you send again.",
    "TOO_SOON": "Put the answer off until the booking has a conversation that was made by the channel's application: see created_by.",
    "CLUTTER": "Answer as a host who takes part already. Where nobody does, add one of the account's hosts, once.",
    "UNASKED": "Write the answers that you are told to give, and a Host participant where none takes part; nothing else.",
    "STUCK": "Ask again each time: what hindered is over by then.",
    "GAVE_UP": "Answer later for what may go better the next time: ok: false alone means never.",
}


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """An error of the client: a rule's ``code`` or one of `TITLES`, a sentence ``about`` it, its ``fix``, and the journal's entries."""

    code: str
    title: str
    about: str
    fix: str
    why: str = ""
    entries: tuple[int, ...] = ()


def codes() -> tuple[str, ...]:
    """Return every code that a finding about a client can have: those of rules, other packages' included, and the trial's own."""
    return (*(rule.code for rule in offered_rules().rules), *TITLES)


def by_rule(code: str, about: str, entries: tuple[int, ...] = ()) -> Misbehaviour:
    """Return the finding that a rule of conduct was broken."""
    rule = next(rule for rule in rules() if rule.code == code)
    return Misbehaviour(code, rule.title, about, rule.fix, rule.why, entries)


def own(code: str, about: str, fix: str = "", entries: tuple[int, ...] = ()) -> Misbehaviour:
    """Return a finding of the trial's own; ``fix`` in place of the usual one."""
    return Misbehaviour(code, TITLES[code], about, fix or FIXES[code], entries=entries)
