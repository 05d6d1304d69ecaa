"""Export a sandbox: its journal, or what it holds, in a format of `inbox_mock.recordings.writing`, or as a scenario."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from os import urandom

import orjson

from inbox_mock.admin.copies import Copy
from inbox_mock.admin.exchanges import actions_of, of_journal, of_state, tokens_of
from inbox_mock.admin.reproducing import reproduced, started
from inbox_mock.domain import limits
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.spelling import one_of
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.recordings.exchange import Exchange, Lost, RecordedResponse
from inbox_mock.recordings.writing import Traffic, writers
from inbox_mock.resources.disguise import Disguise
from inbox_mock.store.commands import Command

WHY = f"The journal keeps no body of {limits.JOURNALED} or more and none that is no text; no private file is exported."
WHY_DIFFERENT = "A new sandbox answers otherwise: it knows only what is in the scenario and in these requests, and not what others did."
SCENARIO = "scenario"
OF = {"journal": of_journal, "state": of_state}
"""What can be exported: the requests that came and their answers, or the requests that read all there is."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file: its name, its content type, its bytes, and sentences about what it lacks."""

    name: str
    kind: str
    content: bytes
    told: tuple[str, ...] = ()


def formats() -> dict[str, tuple[str, str]]:
    """Return what each format is, and the end of its files' names, by its name."""
    scenario = "a scenario file that starts where the sandbox stands", ".yaml"
    return {SCENARIO: scenario} | {name: (writer.says, writer.ending) for name, writer in writers().items()}


def export(sandbox: Sandbox, wanted: str, *, of: str = "journal", private: bool = False, origin: str, wall: float) -> Exported:
    """Return a sandbox as a file of a format, without secrets; addresses begin with ``origin``, the root of the server.

    With ``private``, what is private in its records is replaced, by other words in each export; files are left out.

    Raises:
        Invalid: there is no such format, or nothing else than ``journal`` and ``state`` to be exported.
    """
    if of not in OF:
        raise Invalid(invalid("of", one_of(of, OF)))
    if wanted not in formats():
        raise Invalid(invalid("format", one_of(wanted, formats())))
    writer = writers()[wanted]
    copy = Copy(sandbox.image()[0], wall)
    acted = [*actions_of(copy)] if of == "journal" else []
    exchanges, known = OF[of](copy, origin)
    if private:
        disguise = Disguise(urandom(32))
        exchanges = [_disguised(exchange, disguise) for exchange in exchanges]
    taken, tokens, scenario = [exchange for exchange in exchanges if writer.takes(exchange)], tokens_of(known), {}
    told = [*_told(taken, len(exchanges) - len(taken))]
    if writer.tests:
        export_scenario = import_module("inbox_mock.scenarios.exported").export_scenario
        scenario = export_scenario(copy.sandbox if of == "state" else started(copy, sandbox.storage.start()).sandbox)
        steps: list[Exchange | Command] = sorted([*taken, *acted], key=_order)
        taken, differing = reproduced(steps, tokens, scenario)
        told += [f"Not asserted, or in part: {differing} answers. {WHY_DIFFERENT}"] if differing else []
    traffic = Traffic(
        title=f"The {of} of the sandbox {sandbox.id}.", origin=origin, exchanges=taken, told=told, tokens=tokens, scenario=scenario
    )
    return Exported(f"{sandbox.id}-{of}{writer.ending}", writer.kind, b"".join(writer.write(traffic)), tuple(told))


def _order(step: Exchange | Command) -> float:
    """Return where a step stands: a command comes after an entry of the journal, and before the next one."""
    return step.after + 0.5 if isinstance(step, Command) else step.place.entry


def _disguised(exchange: Exchange, disguise: Disguise) -> Exchange:
    """Return an exchange without what is private; a body that is no JSON is not known any more."""
    request, response = exchange.request, exchange.response
    asked, lost = _hidden(request.body, disguise), set(exchange.lost)
    lost |= {Lost.REQUEST_BODY} if asked is None is not request.body else set()
    if response is not None:
        answered = _hidden(response.body, disguise)
        lost |= {Lost.RESPONSE_BODY} if answered is None else set()
        headers = tuple((name, value) for name, value in response.headers if name != "X-Mock-Why")
        response = RecordedResponse(response.status, headers, answered)
    return replace(exchange, request=replace(request, body=asked), response=response, lost=frozenset(lost))


def _hidden(body: bytes | None, disguise: Disguise) -> bytes | None:
    try:
        return orjson.dumps(disguise.answer(orjson.loads(body))) if body else body
    except orjson.JSONDecodeError:
        return None


def _told(taken: Sequence[Exchange], left_out: int) -> Iterator[str]:
    """Yield what an export lacks, in sentences."""
    if left_out:
        yield f"Left out: {left_out}, which this format cannot hold, or of which not everything is known."
    for lost, count in Counter(lost for exchange in taken for lost in exchange.lost).items():
        yield f"Without {lost.value}: {count}. {WHY}"
