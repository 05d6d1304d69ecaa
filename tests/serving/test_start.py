"""What a start leaves to the first request that needs it."""

from threading import Barrier, Thread
from typing import TYPE_CHECKING

from werkzeug.routing import Rule

from conftest import OPTIONS
from inbox_mock.app import create_app

if TYPE_CHECKING:
    import pytest
    from flask import Flask

THREADS = 8


def test_the_flask_application_is_made_once_whichever_thread_asks_first() -> None:
    fake, found = create_app(OPTIONS), list["Flask"]()
    together = Barrier(THREADS)

    def ask() -> None:
        together.wait()
        found.append(fake.app)

    threads = [Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == THREADS
    assert {id(app) for app in found} == {id(fake.app)}


def test_no_function_that_builds_urls_is_compiled_until_one_is_built(monkeypatch: "pytest.MonkeyPatch") -> None:
    compiled: list[str] = []
    original = Rule._compile_builder  # noqa: SLF001 - what is not to be called

    def noted(rule: Rule, append_unknown: bool = True) -> object:  # noqa: FBT001, FBT002 - Werkzeug's
        compiled.append(rule.rule)
        return original(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", noted)
    app = create_app(OPTIONS).app
    answered = app.test_client().get("/livez").status_code

    assert (answered, compiled) == (200, [])
    with app.test_request_context():
        assert app.url_for("livez") == "/livez"
