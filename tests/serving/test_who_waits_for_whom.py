"""No request waits for a sandbox that it is not about. Every route is asked, so that a new one is too."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from fake import Answer, InProcess, Mock, Sandbox
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.scenarios.loading import find
from serving.locks import hold

OF_A_SANDBOX = ("/api/v3/", "/oauth/", "/uploads/", "/__admin/sandboxes/<id>")
NOWHERE = ("/nothing", "/docs/nothing", "/docs/static/nothing.js", "/dashboard/nothing.js", "/__admin/nothing", "/openapi.json/nothing")
UNKNOWN = "PROPFIND"


@pytest.fixture(scope="module")
def own() -> Fake:
    return create_app(Options(scenario=find("empty")))


def rules(app: Flask, *, of_a_sandbox: bool) -> Iterator[tuple[str, Rule]]:
    """Every method of every route, and one that no route has."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(OF_A_SANDBOX) == of_a_sandbox:
            for method in (*sorted(rule.methods or ()), UNKNOWN):
                yield method, rule


def ask(own: Fake, method: str, path: str, sandbox: Sandbox | None = None) -> Answer:
    headers = {"Content-Type": "application/json"}
    if sandbox is not None:
        headers["Authorization"] = f"Bearer {sandbox.api.token}"
    return InProcess(own.app).send(method, path, headers, b"{}" if method not in {"GET", "HEAD"} else None)


def test_what_is_about_no_sandbox_waits_for_none(own: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    held = hold(monkeypatch, *own.sandboxes.all())
    asked = [(method, rule.rule) for method, rule in rules(own.app, of_a_sandbox=False)]
    asked += [(method, path) for path in NOWHERE for method in ("GET", "POST", UNKNOWN)]

    for method, path in asked:
        answer = ask(own, method, path.replace("<page>", "faults").replace("<name>", "nothing.js"))

        assert answer.status < 500, (method, path)
        assert held.waits == 0, (method, path)
    assert ("GET", "/livez") in asked


def test_what_is_about_a_sandbox_waits_for_no_other(own: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    others = own.sandboxes.all()
    for method, rule in rules(own.app, of_a_sandbox=True):
        sandbox = Mock(InProcess(own.app)).sandbox()
        values = dict.fromkeys(rule.arguments, "1") | {name: sandbox.id for name in ("id", "sandbox_id") if name in rule.arguments}
        _, path = rule.build(values) or ("", "")
        path += f"?client_id={sandbox.made['applications'][0]['client_id']}" if path.startswith("/oauth/") else ""
        with monkeypatch.context() as patch:
            held = hold(patch, *others)
            answer = ask(own, method, path, sandbox)

        assert answer.status < 500, (method, path)
        assert held.waits == 0, (method, path)


def test_what_is_about_the_held_sandbox_waits_for_it(own: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    held = hold(monkeypatch, *own.sandboxes.all())

    assert ask(own, "GET", "/__admin/sandboxes/default/clock").status == 500
    assert held.waits == 1


def test_what_is_about_no_sandbox_opens_none(own: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    for sandbox in own.sandboxes.all():
        sandbox.sleep()
    opened: list[object] = []
    monkeypatch.setattr("inbox_mock.store.images.restore", opened.append)

    for path in ("/livez", "/readyz", "/docs", "/openapi.json", "/__admin/sandboxes", "/__admin/catalogue", "/nothing"):
        ask(own, "GET", path)

    assert opened == []
