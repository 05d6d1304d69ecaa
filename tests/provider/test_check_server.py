"""``inbox-mock check server``: what it tells, what it does, and what it leaves alone."""

import json
import re
import sys

import pytest

from fake import Mock, OverSocket, Sandbox
from inbox_contracts.piped import Piped
from inbox_contracts.provider.properties import document, every
from mutants.servers.breaking import Asked, Mutant, Result, serving
from processes import Ran
from provider.hostile import Check

DEAF = Mutant(name="deaf", fault="until is ignored", killed_by="booking-filters", turn=lambda asked: asked.without("until"))


def test_a_good_server_passes(check: Check, served: str) -> None:
    result = check(served, "-k", "etag", "-k", "link-and-meta")

    assert result.returncode == 0
    assert re.search(r"kept +etag .* requests", result.stdout)
    assert re.search(r"kept +link-and-meta .* requests", result.stdout)


def test_the_apis_own_address_will_do_as_well_as_the_root(check: Check, served: str) -> None:
    assert check(f"{served}/api/v3/", "-k", "etag").returncode == 0


def drawn(check: Check, url: str, *options: str) -> tuple[str, Ran]:
    """The first seed by which an example is drawn that shows the fault, and what is told then; Hypothesis draws others in each version."""
    for seed in map(str, range(20)):
        ended = check(url, "--seed", seed, "-k", "booking-filters", *options)
        if re.search(r"the smallest example|\"query\": ", ended.stdout):
            return seed, ended
    pytest.fail(ended.stdout)


def test_a_finding_is_told_with_all_that_is_needed_to_see_it_again(check: Check) -> None:
    with serving(DEAF) as url:
        seed, result = drawn(check, url, "--timeout", "5")

        told = result.stdout
        assert result.returncode == 1
        assert "BROKEN: booking-filters" in told
        assert "the contract: from, until, status" in told
        assert "documented: /reference/endpoints/bookings" in told
        assert f'curl -i -H "Authorization: Bearer $TOKEN" \'{url}/api/v3/bookings?from=' in told
        replay = f"inbox-mock check server {url} --seed {seed} -k booking-filters --timeout 5"
        assert f"seed {seed}; again with: {replay}" in told
        again = check(*replay.split()[3:])
        assert _example(again.stdout) == _example(told)


def test_an_answer_that_lacks_a_member_is_told_with_the_member_and_the_request(check: Check) -> None:
    def edit(_environ: object, result: Result) -> None:
        for record in result.records:
            record["links"].pop("client", None)

    with serving(Mutant(name="no client", fault="bookings lack a link", killed_by="booking-filters", edit=edit)) as url:
        told = check(url, "-k", "booking-filters").stdout

    assert f"'client' is missing, after GET {url}/api/v3/bookings?" in told


def _reason(told: str) -> str:
    return next(line for line in told.splitlines() if "own-document" in line)


def _example(told: str) -> str:
    found = re.search(r"the smallest example:\n(.*?)\n  requests", told, re.DOTALL)
    assert found is not None, told
    return found[1]


def test_the_smallest_example_holds_no_more_than_needed(check: Check) -> None:
    with serving(DEAF) as url:
        _, result = drawn(check, url, "--format", "json")

    finding = json.loads(result.stdout)["properties"][0]["finding"]
    assert re.fullmatch(r'\{"until": "[^"]*"\}', finding["example"]["query"])
    assert "until=" in finding["requests"][-1]


def test_programs_read_json(check: Check, served: str) -> None:
    result = check(served, "-k", "etag", "--format", "json")

    (found,) = json.loads(result.stdout)["properties"]
    assert found["property"] == "etag"
    assert found["verdict"] == "kept"
    assert found["fidelity"] == "recorded"


def test_what_is_assumed_is_only_a_difference_on_another_server(check: Check) -> None:
    def forget_allow(_asked: Asked, reply: Result) -> None:
        reply.set("Allow", None)

    with serving(Mutant(name="", fault="", killed_by="", edit=forget_allow)) as url:
        token = Mock(OverSocket(url)).sandbox("agency").made["token"]
        on_the_fake = check(url, "-k", "method-not-allowed")
        elsewhere = check(url, "--token", token, "-k", "method-not-allowed")

    assert on_the_fake.returncode == 1
    assert elsewhere.returncode == 0
    assert "differs: method-not-allowed" in elsewhere.stdout


def test_a_rejected_updated_since_is_a_finding(check: Check) -> None:
    def reject(asked: Asked, reply: Result) -> None:
        if "updated_since" in asked.query:
            reply.become(422, b'{"errors":[{"code":"unknown_parameter"}]}', "application/vnd.api+json; charset=utf-8")

    with serving(Mutant(name="", fault="", killed_by="", edit=reject)) as url:
        result = check(url, "-k", "updated-since")

    assert result.returncode == 1
    assert re.search(r"updated_since=\S+ -> 422, expected 200", result.stdout)


def test_another_server_is_told_what_will_be_written(check: Check, served: str, sandbox: Sandbox) -> None:
    result = check(served, "--token", sandbox.made["token"], "-k", "patch")

    assert result.returncode == 0
    assert "It reads all that the token sees, and writes into the account" in result.stdout
    assert "changes nothing but what it has made" in result.stdout


def test_bookings_made_elsewhere_are_cancelled_again(check: Check, served: str, sandbox: Sandbox) -> None:
    before = _whole_bookings(sandbox)

    assert check(served, "--token", sandbox.made["token"], "-k", "connecting").returncode == 0

    assert _whole_bookings(sandbox) == before


def _whole_bookings(sandbox: Sandbox) -> list[int]:
    return sandbox.api.get("/bookings?from=2000-01-01").ids


def test_reading_only_sends_nothing_but_get(check: Check, served: str, sandbox: Sandbox) -> None:
    result = check(served, "--token", sandbox.made["token"], "--read-only", "-k", "page", "-k", "unknown-ids")

    methods = {entry["method"] for entry in sandbox.handle.journal()}
    assert result.returncode == 0
    assert methods == {"GET"}


def test_reading_only_tells_first_how_many_requests_there_will_be_at_most(check: Check, served: str, sandbox: Sandbox) -> None:
    result = check(served, "--token", sandbox.made["token"], "--read-only", "-k", "etag")

    assert "by GET alone, at most 299 requests" in result.stdout.splitlines()[0]
    assert "X-RateLimit-Remaining is 998; the trial ends when it falls below 499" in result.stdout.splitlines()[2]


def test_reading_only_judges_every_property_that_reads(check: Check, served: str, sandbox: Sandbox) -> None:
    result = check(served, "--token", sandbox.made["token"], "--read-only", "--format", "json")

    verdicts = {each["property"]: each["verdict"] for each in json.loads(result.stdout)["properties"]}
    assert verdicts == {each.name: "kept" for each in every() if each.reads}


def test_reading_only_stops_when_its_requests_are_used_up(check: Check, served: str, sandbox: Sandbox) -> None:
    result = check(served, "--token", sandbox.made["token"], "--read-only", "--requests", "10", "-k", "etag")

    assert "not judged etag" in result.stdout
    assert "the 10 requests that this trial may make are used up" in result.stdout
    assert len(sandbox.handle.journal()) == 10


def test_reading_only_does_not_begin_when_the_limit_is_used_up(check: Check, served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox({"rate_limit": 3})

    result = check(served, "--token", sandbox.made["token"], "--read-only")

    assert result.returncode == 2
    assert "the rate limit leaves nothing for a trial: X-RateLimit-Remaining is 1" in result.stderr


def test_a_long_trial_goes_on_with_other_seeds(check: Check, served: str) -> None:
    result = check(served, "-k", "etag", "--thorough", "2s")

    assert result.returncode == 0
    assert "round 2, seed 1, 2 times the examples" in result.stdout


def test_a_trial_leaves_no_sandbox_behind(check: Check, served: str) -> None:
    mock = Mock(OverSocket(served))
    before = mock.admin.get("/sandboxes").json["count"]

    check(served, "-k", "patch", "-k", "etag")

    assert mock.admin.get("/sandboxes").json["count"] == before


def test_without_the_extra_it_says_how_to_install_it(check: Check, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)

    result = check(served)

    assert result.returncode == 2
    assert result.stderr == "inbox-mock: hypothesis is missing: install the extra contracts, in a checkout by pip install '.[contracts]'\n"


def test_the_servers_own_document_is_tried_in_the_same_order_by_every_run(
    check: Check, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_of_a_set = [sys.executable, "-c", "print(list({'get', 'put', 'post', 'delete', 'options', 'patch', 'trace'})); exit(1)"]
    monkeypatch.setattr(document, "Piped", lambda _command, *more: Piped(order_of_a_set, *more))

    tried = {_reason(check(served, "-k", "own-document").stdout) for _ in range(4)}

    assert len(tried) == 1
    assert "schemathesis could not run: ['" in tried.pop()


def test_without_schemathesis_only_the_servers_own_document_is_not_judged(
    check: Check, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "schemathesis", None)

    result = check(served, "-k", "own-document", "-k", "patch")

    assert result.returncode == 0
    assert "schemathesis is missing: install the extra contracts, in a checkout by pip install '.[contracts]'" in result.stdout
