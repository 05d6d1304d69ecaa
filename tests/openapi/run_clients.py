"""Lint both OpenAPI documents, generate clients from the API's, compile them, and let each answer a guest of a fresh fake.

What npm and pip install into ``clients/node_modules`` and ``clients/.venv`` is locked there; `make openapi-clients` installs it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from inbox_mock.client import connect
from processes import serving

FOLDER = Path(__file__).parent / "clients"
BUILD = FOLDER / "build"
NODE, PYTHON = FOLDER / "node_modules" / ".bin", FOLDER / ".venv" / "bin"
GENERATOR_OPTIONS = ("-g", "python", "--global-property", "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false")


def main() -> None:
    BUILD.mkdir(exist_ok=True)
    for name, options in (("api", ()), ("admin", ("--admin",))):
        document = BUILD / f"{name}.json"
        document.write_bytes(subprocess.check_output([Path(sys.executable).with_name("inbox-mock"), "openapi", *options]))
        run(NODE / "spectral", "lint", document, "--ruleset", ".spectral.yaml", "--fail-severity", "error")
        run(NODE / "redocly", "lint", document, "--config", "redocly.yaml", "--format", "summary")
    api = BUILD / "api.json"
    run(NODE / "openapi-typescript", api, "--output", BUILD / "api.ts")
    run(NODE / "tsc", "--project", ".")
    python_client = BUILD / "by_openapi_python_client"
    run(PYTHON / "openapi-python-client", "generate", "--path", api, "--output-path", python_client, "--meta", "none", "--overwrite")
    run(PYTHON / "openapi-generator-cli", "generate", "-i", api, "-o", BUILD, *GENERATOR_OPTIONS)
    run(PYTHON / "python", "-m", "compileall", "-q", python_client, BUILD / "openapi_client")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), "--clock", "manual") as root:
        for guest in (
            ("node", BUILD / "guest.js"),
            (PYTHON / "python", "guest_of_openapi_python_client.py"),
            (PYTHON / "python", "guest_of_openapi_generator.py"),
        ):
            answer(root, guest)


def answer(root: str, guest: tuple[object, ...]) -> None:
    """Let a client answer the guest of a new sandbox; AssertionError unless the guest reads it, and no rule is broken."""
    sandbox = connect(root).create_sandbox("agency")
    environment = {**os.environ, "PYTHONPATH": str(BUILD)}
    command = [str(part) for part in (*guest, root, sandbox.token)]
    message_id = int(subprocess.check_output(command, cwd=FOLDER, env=environment))
    sandbox.clock.advance("1h")
    seen = {message["message_id"] for message in sandbox.admin("GET", "/conversations/4/thread")["messages"]}
    assert message_id in seen, f"{command}: the guest does not read message {message_id}"
    report = sandbox.admin("GET", "/report")
    assert report["verdict"] == "clean", f"{command}: {report['violations']}"
    print(f"{Path(command[-3]).name}: the guest reads message {message_id}", flush=True)


def run(*command: object) -> None:
    """Run a command in the folder of the clients, and tell what it says only if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{Path(str(command[0])).name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
