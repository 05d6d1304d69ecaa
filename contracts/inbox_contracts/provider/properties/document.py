"""The server's own OpenAPI document, which schemathesis holds it to."""

import json
import os
import random
import re
import sys
from pathlib import Path
from signal import SIGKILL
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from inbox_contracts import missing_extra
from inbox_contracts.piped import Piped
from inbox_contracts.provider.expectations import NotJudged, PropertyViolation, expect, shown
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import assumed
from inbox_mock.scenarios.start_cache import cache_folder

DOCUMENT = "/openapi.json"
CONFIGURATION = Path(__file__).parents[2] / "schemathesis.toml"
METHODS = ("get", "post", "put", "patch", "delete")
READING = ("get",)
"""What is tried on a server that is no fake: the document's examples may name records that somebody needs."""
ALL_PHASES = "examples,coverage,fuzzing,stateful"
READING_PHASES = "examples,fuzzing"
"""The others try methods that the document does not name."""
REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "externalValue"})
SERVERS = frozenset({"servers", "server"})
DEEPEST = 200
SAME_EVERY_TIME = {"PYTHONHASHSEED": "0"}
"""The methods that a document does not name are a set of texts, whose order decides which is tried: the seed alone does not."""
EXAMPLES = 4
FAST_OPERATIONS = 6
FAST_COVERED = 3
"""Of these every constraint of the document is tried, which takes a thousand cases for some."""
LONGEST_SECONDS = 120
STORAGE = "HYPOTHESIS_STORAGE_DIRECTORY"
CURL = re.compile(r"^\s*(curl .*)$", re.MULTILINE)
ERRORS = re.compile(r"^Errors:\n((?:  .+\n)+)", re.MULTILINE)
UNLINKED = "Missing Open API links"
"""None of the chosen operations leads to another one: there is nothing to try in the phase of links."""
FAILURE = re.compile(r"^- (.+)$", re.MULTILINE)


@claim("own-document", fidelity=assumed("the real service publishes no such document; who does must keep it"), reads=False, slow=True)
def own_document(trial: Trial) -> None:
    """The server does what its own /openapi.json says, whatever is asked, in all phases of schemathesis."""
    if missing := missing_extra("schemathesis"):
        raise NotJudged(missing)
    answer = trial.api.connection.send("GET", DOCUMENT, {})
    if answer.status == 404:
        raise NotJudged(f"the server publishes no {DOCUMENT}")
    document = _without_others(answer.json)
    names = _operations(document, trial)
    expect(names, f"{answer.about}: no operation in it, expected paths with operationId")
    with trial.workspace() as workspace, TemporaryDirectory() as folder:
        chosen = [word for name in names for word in ("--include-operation-id", name)]
        copy = Path(folder) / "openapi.json"
        copy.write_text(json.dumps(document), encoding="ascii")
        configuration = Path(folder) / "schemathesis.toml"
        if trial.target.is_fake:
            configuration.write_text(CONFIGURATION.read_text(encoding="utf-8") + _uncovered(names, trial), encoding="utf-8")
        else:  # every user of the machine can read a token on the command line
            configuration.write_text(f"headers = {{ Authorization = {json.dumps(f'Bearer {workspace.api.token}')} }}\n", encoding="utf-8")
        command = [
            sys.executable, "-m", "schemathesis.cli",
            "--config-file", str(configuration),
            "run", str(copy), "--url", trial.target.connection.root, "--max-redirects", "0",
            "--request-timeout", f"{trial.target.connection.timeout_seconds:g}",
            *(("--header", f"Authorization: Bearer {workspace.api.token}") if trial.target.is_fake else ()),
            "--phases", ALL_PHASES if trial.target.is_fake else READING_PHASES,
            "--max-examples", str(round(EXAMPLES * max(1, trial.effort))), "--generation-database", "none",
            "--seed", str(trial.seed), "--max-failures", "1", "--output-sanitize", "false", "--no-color",
            *(() if trial.target.is_fake else ("--exclude-checks", "positive_data_acceptance")),
            *chosen,
        ]  # fmt: skip
        run = Piped(command, folder, {**SAME_EVERY_TIME, **_kept(), "no_proxy": urlsplit(trial.target.connection.root).hostname or ""})
        seconds = round(LONGEST_SECONDS * max(1, trial.effort))
        try:
            if not run.wait(lambda: run.has_ended, seconds):
                raise NotJudged(f"schemathesis did not end within {seconds} s")
        finally:
            run.close(SIGKILL)
        if run.code != 0:
            tell(run.out.decode(errors="replace") or str(run.err), str(workspace.api.token))


def _kept() -> dict[str, str]:
    """Return where Hypothesis keeps what it works out of Unicode: in the folder of one run it would do that each time, for a second."""
    folder = cache_folder()
    return {} if folder is None else {STORAGE: os.environ.get(STORAGE) or str(folder / "hypothesis")}


def _without_others(document: object, depth: int = 0) -> object:
    """Return the document without other servers, which must not get the token; raise NotJudged if parts of it are kept elsewhere."""
    if depth > DEEPEST:
        raise NotJudged(f"{DOCUMENT} is nested too deeply")
    if isinstance(document, list):
        return [_without_others(part, depth + 1) for part in document]
    if not isinstance(document, dict):
        return document
    for name in REFERENCES & document.keys():
        address = document[name]
        if isinstance(address, str) and not address.startswith("#"):
            raise NotJudged(f"{DOCUMENT} refers to {shown(address)}, and no other server is called")
    kept = {name: part for name, part in document.items() if name not in SERVERS or not _servers(part)}
    return {name: _without_others(part, depth + 1) for name, part in kept.items()}


def _servers(part: object) -> bool:
    """Distinguish servers from an attribute of that name in a schema."""
    return any(isinstance(one, dict) and isinstance(one.get("url"), str) for one in (part if isinstance(part, list) else [part]))


def _operations(document: object, trial: Trial) -> list[str]:
    """Return the operations to try: in a long trial all, in a short one some of the API's, chosen by the seed."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        raise PropertyViolation(f"{DOCUMENT} has no paths: it is no OpenAPI document")
    found = sorted(
        str(item[method]["operationId"])
        for path, item in paths.items()
        for method in (METHODS if trial.target.is_fake else READING)
        if path.startswith("/api/") and method in item and "operationId" in item[method]
    )
    return found if trial.effort > 1 else sorted(random.Random(trial.seed).sample(found, min(FAST_OPERATIONS, len(found))))  # noqa: S311 - no secret


def _uncovered(names: list[str], trial: Trial) -> str:
    """Return what a short trial adds to the configuration: the operations without the phase of coverage, chosen by the seed."""
    left = sorted(random.Random(trial.seed).sample(names, max(0, len(names) - FAST_COVERED))) if trial.effort <= 1 else []  # noqa: S311 - no secret
    return f"\n[[operations]]\ninclude-operation-id = {json.dumps(left)}\nphases.coverage.enabled = false\n" if left else ""


def tell(output: str, token: str) -> None:
    """Raise what the output of schemathesis means, if it ended with an error."""
    failures = FAILURE.findall(output)
    curls = [line.replace(token, "$TOKEN") for line in CURL.findall(output)]
    if not failures:
        errors = [line.strip() for found in ERRORS.findall(output) for line in found.splitlines()]
        if errors and all(UNLINKED in error for error in errors):
            return
        last = [line for line in output.strip().splitlines() if line.strip()][-1:]
        raise NotJudged(f"schemathesis could not run: {' '.join(errors or last)[:200]}")
    raise PropertyViolation(f"schemathesis found: {'; '.join(dict.fromkeys(failures))}" + (f"; by {curls[0]}" if curls else ""))
