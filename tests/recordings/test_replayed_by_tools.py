"""What is exported is replayed, or run as it is printed, by the tools that it is for."""

import subprocess
import sys
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
import requests
import vcr

from builders import a_booking, a_message, a_scenario
from fake import Mock, OverSocket, Sandbox
from languages import skip_without

HERE = Path(__file__).parent
PATIENCE_SECONDS = 120
NASTY = "it's $HOME `id` \"\\ {{$guid}} ${a} #{1} '''\n}\nRECORDED_JSON\n\u2028 😀"
JSON = dict[str, Any]


@pytest.fixture
def driven(served: str) -> Sandbox:
    """A sandbox over a socket, after requests of every kind, over two hours."""
    scenario = a_scenario(
        bookings=[a_booking()],
        participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
        timeline=[{"at": "+1h", "guest_writes": {"booking": 80, "content": NASTY}}],
    )
    sandbox = Mock(OverSocket(served)).sandbox(scenario)
    api, nobody = sandbox.api, Mock(OverSocket(served)).caller()
    api.get("/inbox/messages", include="sender,conversation", x="it's {{y}}, a+b")
    api.get("/bookings?status[]=tentative&status[]=booked&per_page=1")
    api.post("/inbox/messages", a_message(content=NASTY))
    sandbox.advance("2h")
    api.post("/inbox/messages", b"{'")
    api.put("/inbox/messages/1", {"messages": [{"content": ""}]})
    api.call("HEAD", "/inbox/messages")
    nobody.get("/bookings")
    api.get("/inbox/messages", headers={"If-None-Match": api.get("/inbox/messages").headers["ETag"]})
    api.delete("/bookings/80")
    return sandbox


def exported(sandbox: Sandbox, file: Path, wanted: str, **query: Any) -> Path:
    answer = sandbox.admin.get("/export", format=wanted, **query)
    assert answer.status == 200, answer.body
    file.write_bytes(answer.body)
    return file


def recorded(sandbox: Sandbox, folder: Path, of: str) -> list[tuple[str, str, Mapping[str, str], str | None, int, bytes]]:
    """The exchanges of an export, as HAR says: method, url, headers and body, status and body."""
    entries = orjson.loads(exported(sandbox, folder / "run.har", "har", of=of).read_bytes())["log"]["entries"]
    return [
        (
            entry["request"]["method"],
            entry["request"]["url"],
            {pair["name"]: pair["value"] for pair in entry["request"]["headers"]},
            entry["request"].get("postData", {}).get("text"),
            entry["response"]["status"],
            b64decode(content["text"]) if content.get("encoding") else content["text"].encode(),
        )
        for entry in entries
        for content in [entry["response"]["content"]]
    ]


def ran(*command: str, **more: Any) -> str:
    done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_SECONDS, **more)
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-3000:])
    return str(done.stdout, "utf-8")


def needs(language: str) -> None:
    skip_without(language)


@pytest.mark.parametrize("of", ["journal", "state"])
def test_vcrpy_replays_to_requests_what_was_answered(driven: Sandbox, tmp_path: Path, of: str) -> None:
    cassette = exported(driven, tmp_path / "run.yaml", "vcrpy", of=of)
    wanted = recorded(driven, tmp_path, of)

    assert wanted
    with vcr.use_cassette(str(cassette), record_mode="none", match_on=["method", "uri", "body"]):
        for method, url, headers, body, status, content in wanted:
            answer = requests.request(method, url, headers=headers, data=body and body.encode(), timeout=10)
            assert (answer.status_code, answer.content) == (status, content)


@pytest.mark.parametrize("of", ["journal", "state"])
def test_vcr_for_ruby_replays_what_was_answered(driven: Sandbox, tmp_path: Path, of: str) -> None:
    needs("vcr")
    exported(driven, tmp_path / "run.yml", "vcr", of=of)
    wanted = recorded(driven, tmp_path, of)

    asked = orjson.dumps([one[:4] for one in wanted])
    answers = orjson.loads(ran("ruby", str(HERE / "replayed.rb"), str(tmp_path), "run", input=asked))

    assert [(status, b64decode(body)) for status, _, body in answers] == [one[4:] for one in wanted]


def test_the_script_sends_the_same_requests_with_curl(driven: Sandbox, tmp_path: Path) -> None:
    needs("curl")
    script = exported(driven, tmp_path / "run.sh", "curl")
    before = driven.handle.journal()

    ran("sh", str(script), env={"BOOKINGSYNC_TOKEN": driven.made["token"], "PATH": "/usr/bin:/bin"})

    after = driven.handle.journal()[len(before) :]
    assert [(one["method"], one["path"], one["query"], one["request"]["body"]) for one in after] == [
        (one["method"], one["path"], one["query"], one["request"]["body"]) for one in before
    ]


def test_the_script_asks_for_the_token(driven: Sandbox, tmp_path: Path) -> None:
    script = exported(driven, tmp_path / "run.sh", "curl")

    done = subprocess.run(["sh", str(script)], capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"})

    assert done.returncode != 0
    assert "BOOKINGSYNC_TOKEN: is a token, which this variable must hold" in done.stderr


@pytest.mark.parametrize("of", ["journal", "state"])
def test_the_test_for_pytest_passes_as_it_is_printed(driven: Sandbox, tmp_path: Path, of: str) -> None:
    file = exported(driven, tmp_path / "run_test.py", "pytest", of=of)

    assert "1 passed" in ran(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(file), cwd=tmp_path)


@pytest.mark.parametrize("of", ["journal", "state"])
def test_the_test_for_rspec_passes_as_it_is_printed(driven: Sandbox, served: str, tmp_path: Path, of: str) -> None:
    needs("rspec")
    file = exported(driven, tmp_path / "run_spec.rb", "rspec", of=of)

    assert "1 example, 0 failures" in ran("rspec", str(file), env={"INBOX_MOCK_URL": served, "PATH": "/usr/bin:/bin"})


@pytest.mark.parametrize("of", ["journal", "state"])
def test_the_test_for_vitest_passes_as_it_is_printed(driven: Sandbox, served: str, tmp_path: Path, of: str) -> None:
    """Node's own test runner stands in for Vitest: vitest.mjs gives it the two functions that the file imports."""
    needs("node")
    printed = exported(driven, tmp_path / "run.test.ts", "vitest", of=of).read_text()
    file = tmp_path / "run.mjs"
    file.write_text(printed.replace('from "vitest"', f'from "{HERE / "vitest.mjs"}"'))

    assert "# pass 1" in ran("node", "--test", "--test-reporter", "tap", str(file), env={"INBOX_MOCK_URL": served, "PATH": "/usr/bin:/bin"})


def test_a_test_fails_where_another_answer_comes(driven: Sandbox, tmp_path: Path) -> None:
    file = exported(driven, tmp_path / "run_test.py", "pytest")
    file.write_text(file.read_text().replace('"status": 201', '"status": 200'))

    done = subprocess.run([sys.executable, "-m", "pytest", "-q", str(file)], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert "step 3, POST /api/v3/inbox/messages" in done.stdout


@pytest.mark.parametrize("wanted", ["pytest", "vitest", "rspec"])
def test_a_test_fails_for_what_the_client_did_wrong(driven: Sandbox, served: str, tmp_path: Path, wanted: str) -> None:
    driven.api.post("/inbox/messages", a_message(channel=None))

    command, reporting = {
        "pytest": ((sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"), "1 failed"),
        "vitest": (("node", "--test", "--test-reporter", "tap"), "# fail 1"),
        "rspec": (("rspec",), "1 example, 1 failure"),
    }[wanted]
    if wanted != "pytest":
        needs({"vitest": "node"}.get(wanted, wanted))
    file = exported(driven, tmp_path / ("run_test.mjs" if wanted == "vitest" else "run_test.py"), wanted)
    file.write_text(file.read_text().replace('from "vitest"', f'from "{HERE / "vitest.mjs"}"'))
    done = subprocess.run(
        [*command, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={"INBOX_MOCK_URL": served, "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
    )

    assert reporting in done.stdout
    assert "MSG002" in done.stdout


def test_a_test_does_again_what_others_did(driven: Sandbox, tmp_path: Path) -> None:
    driven.handle.write(11, "A message of the guest, by the admin API.")
    driven.handle.fault("status", status=503, times=1)
    driven.api.get("/inbox/messages")
    driven.api.get("/inbox/messages")

    answer = driven.admin.get("/export", format="pytest")

    assert "X-Mock-Why" not in answer.headers
    assert b'"status": 503' in answer.body
    (tmp_path / "run_test.py").write_bytes(answer.body)
    ran(sys.executable, "-m", "pytest", "-q", str(tmp_path / "run_test.py"), cwd=tmp_path)


def test_what_a_new_sandbox_answers_otherwise_is_not_asserted_and_is_told(driven: Sandbox, tmp_path: Path) -> None:
    token = driven.handle.issue_token()
    driven.handle.revoke_token(token)
    Mock(driven.transport).caller(token).get("/bookings")

    answer = driven.admin.get("/export", format="pytest")

    assert "Not asserted, or in part: 1." in answer.headers["X-Mock-Why"]
    (tmp_path / "run_test.py").write_bytes(answer.body)
    ran(sys.executable, "-m", "pytest", "-q", str(tmp_path / "run_test.py"), cwd=tmp_path)


def test_of_an_answer_that_a_fault_has_spoiled_a_test_asserts_the_status(driven: Sandbox, tmp_path: Path) -> None:
    driven.admin.post("/faults", {"kind": "malformed", "match": {"path": "/clients"}, "times": 1})
    spoiled = driven.api.get("/clients").body
    assert spoiled.count(b"}") == spoiled.count(b"{") - 1

    ran(sys.executable, "-m", "pytest", "-q", str(exported(driven, tmp_path / "run_test.py", "pytest")), cwd=tmp_path)


def test_a_token_that_a_test_cannot_make_is_a_variable_elsewhere(driven: Sandbox, served: str, tmp_path: Path) -> None:
    application = driven.made["applications"][0]
    asks = {"grant_type": "client_credentials", "client_id": application["client_id"], "client_secret": application["client_secret"]}
    token = Mock(OverSocket(served)).caller(base="/oauth").post("/token", asks).json["access_token"]
    Mock(OverSocket(served)).caller(token).get("/accounts")

    ran(sys.executable, "-m", "pytest", "-q", str(exported(driven, tmp_path / "run_test.py", "pytest")), cwd=tmp_path)
    script = exported(driven, tmp_path / "run.sh", "curl").read_text()
    assert ': "${BOOKINGSYNC_TOKEN_2:?' in script
    assert '"$BOOKINGSYNC_TOKEN_2"' in script


@pytest.mark.parametrize("wanted", ["postman", "bruno"])
def test_a_collection_has_every_request_with_its_variables(driven: Sandbox, tmp_path: Path, wanted: str) -> None:
    file = exported(driven, tmp_path / "run.zip", wanted)

    if wanted == "postman":
        items = orjson.loads(file.read_bytes())["item"]
        asked = [f"{one['request']['method']} {one['request']['url']}" for one in items]
        texts = [one["request"].get("body", {}).get("raw", "") for one in items]
    else:
        with ZipFile(file) as archive:
            texts = [archive.read(name).decode() for name in archive.namelist() if name[:5].isdigit()]
        asked = [" ".join(line.split()) for text in texts for line in text.splitlines() if line.startswith("  url: ")]
    assert [one.partition("/api/v3")[2].partition("?")[0] for one in asked] == [
        one["path"].removeprefix("/api/v3") for one in driven.handle.journal()
    ]
    assert all("{{BOOKINGSYNC_URL}}/api/v3/" in one for one in asked)
    assert not [text for text in texts if "{{$guid" in text or "{{y}}" in text]
    assert any("{\\u007b$guid}}" in text for text in texts)
