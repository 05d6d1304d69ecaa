"""Export a sandbox: its journal, or what it holds, in a format of `inbox_mock.recordings.writing`, or as a scenario."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from os import urandom
from typing import Any

import orjson

from inbox_mock.admin.copies import Copy, reproduced, started
from inbox_mock.admin.exchanges import actions_of, of_journal, of_state, tokens_of
from inbox_mock.domain import limits
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.spelling import one_of
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.importing import import_exchanges
from inbox_mock.recordings.exchange import Exchange, Lost, RecordedResponse
from inbox_mock.recordings.writing import Traffic, writers
from inbox_mock.resources.disguise import Disguise
from inbox_mock.resources.privacy import EVERYTHING
from inbox_mock.scenarios.exported import Exported as ExportedScenario
from inbox_mock.scenarios.exported import export_scenario
from inbox_mock.store.commands import Command

WHY = f"The journal keeps no body of {limits.JOURNALED} or more and none that is no text; no private file is exported."
WHY_DIFFERENT = "A new sandbox answers otherwise: it knows only what is in the scenario and in these requests, and not what others did."
SCENARIO = "scenario"
PAGE = re.compile("[^<>]+(?=>)")
"""An address in Link."""
AUTHORIZING = "/oauth/"
"""In addresses of requests whose parameters are those of the client."""
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
    copy, disguise = Copy(sandbox.image()[0], wall), Disguise(urandom(32)) if private else None
    if wanted == SCENARIO:
        made = _scenario(copy, origin, disguise)
        return Exported(
            f"{sandbox.id}.yaml", "application/yaml", made.text.encode(), tuple(f"Not exported: {left}." for left in made.not_exported)
        )
    writer = writers()[wanted]
    found, known = OF[of](copy, origin)
    exchanges = [exchange for one in found if writer.takes(exchange := _disguised(one, disguise))]
    tokens = tokens_of(known)
    told = [*_told(exchanges, len(found) - len(exchanges))]
    scenario: dict[str, Any] = {}
    if writer.tests:
        begun, acted = (copy, ()) if of == "state" else (started(copy, sandbox.storage.start()), actions_of(copy))
        scenario = _scenario(begun, origin, disguise).data
        steps: list[Exchange | Command] = sorted([*exchanges, *(() if private else acted)], key=_order)
        exchanges, differing = reproduced(steps, tokens, scenario)
        told += [f"Not asserted, or in part: {differing}. {WHY_DIFFERENT}"] if differing else []
    title = f"The {of} of the sandbox {sandbox.id}."
    traffic = Traffic(title=title, origin=origin, exchanges=exchanges, told=told, tokens=tokens, scenario=scenario)
    return Exported(f"{sandbox.id}-{of}{writer.ending}", writer.kind, b"".join(writer.write(traffic)), tuple(told))


def _scenario(copy: Copy, origin: str, disguise: Disguise | None) -> ExportedScenario:
    """Return a copied sandbox as it stands as a scenario. With a disguise it is made of what the API shows, where all is disguised."""
    if disguise is None:
        return export_scenario(copy.sandbox)
    walked, _ = of_state(copy, origin)
    imported = import_exchanges((_disguised(exchange, disguise) for exchange in walked), keep=EVERYTHING)
    return ExportedScenario(imported.scenario, ["what only the fake knows, such as what is still to happen"])


def _order(step: Exchange | Command) -> float:
    """Return where a step stands: a command comes after an entry of the journal, and before the next one."""
    return step.after + 0.5 if isinstance(step, Command) else step.place.entry


def _disguised(exchange: Exchange, disguise: Disguise | None) -> Exchange:
    """Return an exchange without what is private, if there is a disguise; a body that is no JSON is not known any more."""
    if disguise is None:
        return exchange
    request, response = exchange.request, exchange.response
    asked, lost = _hidden(request.body, disguise), set(exchange.lost)
    lost |= {Lost.REQUEST_BODY} if asked is None is not request.body else set()
    if response is not None:
        answered = _hidden(response.body, disguise)
        lost |= {Lost.RESPONSE_BODY} if answered is None else set()
        headers = tuple(
            (name, PAGE.sub(lambda found: str(disguise.url_of_page(found[0])), value) if name == "Link" else value)
            for name, value in response.headers
            if name != "X-Mock-Why"
        )
        response = RecordedResponse(response.status, headers, answered)
    url = str(disguise.url_of_page(request.url)) if AUTHORIZING not in request.url else request.url
    return replace(exchange, request=replace(request, url=url, body=asked), response=response, lost=frozenset(lost))


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
