"""The server's own OpenAPI document, which schemathesis holds it to."""

import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts.provider.property import Broken, NotJudged, Property, expect
from contracts.provider.trial import Trial
from mock_server.domain.fidelity import assumed

DOCUMENT = "/openapi.json"
CONFIGURATION = Path(__file__).parents[2] / "schemathesis.toml"
METHODS = ("get", "post", "put", "patch", "delete")
FAST_SECONDS = 10
FAST_OPERATIONS = 6
CURL = re.compile(r"^\s*(curl .*)$", re.MULTILINE)
FAILURE = re.compile(r"^- (.+)$", re.MULTILINE)


def _document(trial: Trial) -> None:
    if find_spec("schemathesis") is None:
        raise NotJudged("schemathesis is not installed")
    answer = trial.api.wire.send("GET", DOCUMENT, {})
    if answer.status == 404:
        raise NotJudged(f"the server publishes no {DOCUMENT}")
    names = _operations(answer.json, trial)
    expect(names, f"{answer.about}: no operation in it, expected paths with operationId")
    with trial.stage() as stage, TemporaryDirectory() as folder:
        chosen = [word for name in names for word in ("--include-operation-id", name)]
        seconds = round(FAST_SECONDS * trial.effort)
        command = [
            sys.executable, "-m", "schemathesis.cli",
            *(("--config-file", str(CONFIGURATION)) if trial.target.is_fake else ()),
            "run", trial.target.wire.root + DOCUMENT,
            "--header", f"Authorization: Bearer {stage.api.token}",
            "--phases", "examples,coverage,fuzzing,stateful",
            "--max-examples", "2", "--max-time", str(seconds), "--seed", str(trial.seed), "--max-failures", "1",
            "--output-sanitize", "false", "--no-color",
            *(() if trial.target.is_fake else ("--exclude-checks", "positive_data_acceptance")),
            *chosen,
        ]  # fmt: skip
        try:
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=seconds + 60)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise NotJudged(f"schemathesis did not end within {seconds + 60} s") from None
        if run.returncode:
            _tell(run.stdout or run.stderr, str(stage.api.token))


def _operations(document: object, trial: Trial) -> list[str]:
    """Return the operations to try: all of a long trial, and some of the API's own, as the seed says, of a short one."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        raise Broken(f"{DOCUMENT} has no paths: it is no OpenAPI document")
    found = sorted(
        str(item[method]["operationId"])
        for path, item in paths.items()
        for method in METHODS
        if path.startswith("/api/") and method in item and "operationId" in item[method]
    )
    return found if trial.effort > 1 else sorted(random.Random(trial.seed).sample(found, min(FAST_OPERATIONS, len(found))))  # noqa: S311


def _tell(output: str, token: str) -> None:
    failures = FAILURE.findall(output)
    curls = [line.replace(token, "$TOKEN") for line in CURL.findall(output)]
    if not failures:
        last = [line for line in output.strip().splitlines() if line.strip()][-1:]
        raise NotJudged(f"schemathesis could not run: {' '.join(last)[:200]}")
    raise Broken(f"schemathesis found: {'; '.join(dict.fromkeys(failures))}" + (f"; by {curls[0]}" if curls else ""))


PROPERTIES = (
    Property(
        name="own-document",
        says="The server does what its own /openapi.json says, whatever is asked, in all phases of schemathesis.",
        fidelity=assumed("the real service publishes no such document; who does must keep it"),
        judge=_document,
        reads=False,
        slow=True,
    ),
)
