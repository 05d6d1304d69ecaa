"""The pytest plugin ``inbox_mock``, in test suites of people who use it."""

import subprocess
import sys

import pytest

from plugin.suites import output

pytest_plugins = ["pytester"]


def test_each_test_has_a_sandbox_of_its_own_on_one_server(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from client import hosts

        seen = []

        @pytest.mark.parametrize("number", [1, 2])
        def test(inbox_mock, inbox_mock_server, number):
            assert inbox_mock.book()["id"] == 81
            assert inbox_mock.url.startswith(inbox_mock_server.url + "/api/v3")
            hosts(inbox_mock.url, inbox_mock.token)
            assert [entry["path"] for entry in inbox_mock.journal()] == ["/api/v3/hosts"]
            seen.append((inbox_mock_server.url, inbox_mock.id))

        def test_what_was_seen(inbox_mock_server):
            (url, one), (same, other) = seen
            assert url == same and one != other
            assert [s.id for s in inbox_mock_server.fake.sandboxes.all()] == ["000000000000"]
        """
    )

    suite.runpytest("--strict-markers").assert_outcomes(passed=3)


def test_the_server_makes_more_sandboxes_and_knows_demo(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from client import hosts

        def test(inbox_mock_server):
            assert inbox_mock_server.sandbox("empty", seed=3).made["seed"] == 3
            hosts(f"{inbox_mock_server.url}/api/v3", "demo")
        """
    )

    suite.runpytest().assert_outcomes(passed=1)


def test_the_scenario_is_chosen_by_a_marker(suite: pytest.Pytester) -> None:
    suite.makefile(".yaml", ours="rentals: [{id: 16, name: Chalet}]")
    suite.makepyfile(
        """
        import pathlib
        import pytest

        FIXTURES = ["inbox_mock", "inbox_mock_in_process"]

        @pytest.fixture(params=FIXTURES)
        def made(request):
            return request.getfixturevalue(request.param).made

        def test_none(made):
            assert (made["scenario"], made["seed"], made["strict"]) == ("agency", 7, False)

        @pytest.mark.inbox_scenario("empty", seed=3, strict=True)
        def test_named(made):
            assert (made["scenario"], made["seed"], made["strict"]) == ("empty", 3, True)

        @pytest.mark.inbox_scenario(scenario="empty", seed=3)
        def test_by_name(made):
            assert (made["scenario"], made["seed"]) == ("empty", 3)

        @pytest.mark.inbox_scenario(clock={"mode": "real", "rate": 60})
        def test_wishes_only(made):
            assert (made["scenario"], made["clock"]["rate"]) == ("agency", 60)

        @pytest.mark.inbox_scenario({"seed": 9, "rentals": [{"id": 16, "name": "Chalet"}]})
        def test_inline(made):
            assert made["seed"] == 9

        @pytest.mark.inbox_scenario("ours.yaml")
        def test_a_file_beside_the_test(made):
            assert made["scenario"].endswith("ours.yaml")

        @pytest.mark.inbox_scenario(pathlib.Path(__file__).parent / "ours.yaml")
        def test_a_path(made):
            assert made["scenario"].endswith("ours.yaml")

        @pytest.mark.inbox_scenario("empty")
        class TestOfAClass:
            def test_of_the_class(self, made):
                assert made["scenario"] == "empty"

            @pytest.mark.inbox_scenario("conversation-delayed")
            def test_the_nearest_counts(self, made):
                assert made["scenario"] == "conversation-delayed"
        """
    )

    suite.runpytest().assert_outcomes(passed=18)


@pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
@pytest.mark.parametrize(
    ("marker", "says"),
    [
        (
            'inbox_scenario("agancy")',
            "inbox_scenario: agancy: found no scenario of this name; did you mean 'agency'? Expected one of agency,",
        ),
        ('inbox_scenario("none.yaml")', "inbox_scenario: none.yaml: found a file that cannot be read: No such file or directory"),
        ("inbox_scenario(7)", "inbox_scenario: expected one scenario (a name, a path, or an object), and not 7"),
        (
            'inbox_scenario("empty", "agency")',
            "inbox_scenario: expected one scenario (a name, a path, or an object), and not 'empty', 'agency'",
        ),
        ('inbox_scenario("empty", sead=3)', "inbox_scenario: sead: is unknown; did you mean 'seed'?"),
        ('inbox_scenario(scenario="agency", xyzzy=3)', "inbox_scenario: xyzzy: is unknown; expected one of scenario, name, note, ttl,"),
        ('inbox_scenario(clock={"mod": "real"})', "inbox_scenario: clock.mod: is unknown; did you mean 'mode'?"),
        (
            'inbox_scenario(clock={"mode": "reel"})',
            "inbox_scenario: clock.mode: found \"reel\"; did you mean 'real'? Expected one of manual, real",
        ),
        (
            'inbox_scenario("empty", scenario="agency")',
            "inbox_scenario: expected one scenario (a name, a path, or an object), and not 'empty', 'agency'",
        ),
        ('inbox_allow("MSG02")', "inbox_allow: the code 'MSG02' is unknown; did you mean 'MSG002'?"),
        ('inbox_allow(rule="MSG002")', "inbox_allow: rule is unknown; expected codes, such as 'MSG002'"),
        ('inbox_allow("MSG999")', "inbox_allow: the code 'MSG999' is unknown; expected one of AUT001,"),
    ],
)
def test_what_a_marker_cannot_mean_is_said_in_one_line(suite: pytest.Pytester, fixture: str, marker: str, says: str) -> None:
    suite.makepyfile(f"import pytest\n@pytest.mark.{marker}\ndef test({fixture}): assert False\n")

    ran = suite.runpytest()

    ran.assert_outcomes(errors=1)
    (line,) = [line for line in ran.stdout.lines if line.startswith(("inbox_scenario", "inbox_allow"))]
    assert line.startswith(says)
    assert "Traceback" not in output(ran)
    assert "another exception" not in output(ran)
    assert "def test" not in output(ran)


def test_a_test_whose_client_breaks_a_rule_fails_and_tells_all_of_it(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_replies="""
        from client import reply

        def test_welcome(inbox_mock):
            reply(inbox_mock, channel=None)
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.fnmatch_lines(
        [
            "The client broke the rules of conduct once (scenario agency, seed 7).",
            "MSG002  the client answered in a channel's conversation without *",
            "  * conversation 1 *",
            "  why: * (*)",
            "  fix: *",
            "  evidence:",
            "       1  2030-06-01T12:00:00Z  POST /api/v3/inbox/messages  201  (not relayed: channel is null*",
            "replay: pytest test_replies.py::test_welcome   (scenario agency, seed 7)",
            'on purpose? @pytest.mark.inbox_allow("MSG002")',
        ]
    )


def test_a_run_whose_end_is_interrupted_ends(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        """
        from inbox_mock.serving.server import Server

        def interrupted(server):
            raise KeyboardInterrupt

        Server.stop = interrupted
        """
    )
    suite.makepyfile("def test(inbox_mock): pass")

    ran = suite.runpytest_subprocess(timeout=60)

    assert ran.ret == pytest.ExitCode.INTERRUPTED


def test_so_does_one_in_process(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from client import reply

        @pytest.mark.inbox_scenario("agency", seed=11)
        def test_welcome(inbox_mock_in_process):
            reply(inbox_mock_in_process, channel=None)
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*broke the rules of conduct once (scenario agency, seed 11).", "MSG002 *"])


@pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
def test_what_is_allowed_does_not_fail_it(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(
        f"""
        import pytest
        from client import reply

        @pytest.mark.inbox_allow("MSG002", "CNV001")
        def test_allowed({fixture}):
            reply({fixture}, channel=None)

        @pytest.mark.inbox_allow("MSG002")
        class TestAll:
            @pytest.mark.inbox_allow("CNV001")
            def test_allowed_for_the_class(self, {fixture}):
                reply({fixture}, channel=None)

        @pytest.mark.inbox_allow("CNV001")
        def test_something_else_is_allowed({fixture}):
            reply({fixture}, channel=None)
        """
    )

    suite.runpytest().assert_outcomes(passed=2, failed=1)


@pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
def test_a_client_that_keeps_the_rules_fails_nothing(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(f"from client import reply\ndef test({fixture}):\n    reply({fixture}, channel='airbnb')\n")

    suite.runpytest().assert_outcomes(passed=1)


def test_a_test_is_judged_once_and_only_if_something_was_asked(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from client import hosts
        from inbox_mock.conduct import report

        judged = []

        @pytest.fixture(params=["inbox_mock", "inbox_mock_in_process"], scope="module")
        def fixture(request):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(report, "evaluate", lambda *given, evaluate=report.evaluate: judged.append(1) or evaluate(*given))
                yield request.param
            judged.clear()

        def test_that_asks_nothing(request, fixture):
            request.getfixturevalue(fixture).book()

        def test_that_asks(request, fixture):
            assert judged == []
            sandbox = request.getfixturevalue(fixture)
            hosts(sandbox.url, sandbox.token)

        def test_how_often(fixture):
            assert judged == [1]
        """
    )

    suite.runpytest_subprocess().assert_outcomes(passed=6)


@pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
def test_what_was_done_before_a_snapshot_is_judged_after_it_was_restored(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(
        f"""
        from client import reply

        def test_welcome({fixture}):
            reply({fixture}, channel=None)
            {fixture}.snapshot("before")
            {fixture}.restore("before")
        """
    )

    suite.runpytest().assert_outcomes(failed=1)


@pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
def test_a_test_that_fails_shows_the_journal_and_the_conduct(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(
        test_replies=f"""
        from client import hosts, reply

        def test_welcome({fixture}):
            for _ in range(30):
                hosts({fixture}.url, {fixture}.token)
            reply({fixture}, channel=None)
            assert {fixture}.thread(1)[-1]["content"] == "Welcome!"
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        [
            "*Inbox Mock: the journal*",
            "(11 before)",
            "  12  2030-06-01T12:00:00Z  GET /api/v3/hosts  200",
            "  31  2030-06-01T12:00:00Z  POST /api/v3/inbox/messages  201  (not relayed:*",
            "replay: pytest test_replies.py::test_welcome   (scenario agency, seed 7)",
            "*Inbox Mock: conduct*",
            "MSG002 *",
        ]
    )


def test_no_terminal_obeys_what_a_client_wrote(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import requests

        def test(inbox_mock_in_process):
            requests.get(f"{inbox_mock_in_process.url}/%1b[31mred", timeout=10)
            assert 1 == 2
        """
    )

    ran = suite.runpytest()

    assert "/api/v3/\ufffd[31mred  404" in output(ran)


def test_a_test_that_fails_before_it_asks_anything_says_so(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test(inbox_mock_in_process): assert 1 == 2")

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*Inbox Mock: the journal*", "nothing was asked of it"])


def test_a_test_whose_requests_bore_no_token_of_its_sandbox_is_told_where_they_are(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import requests

        def test(inbox_mock):
            assert requests.get(f"{inbox_mock.url}/me", headers={"Authorization": "Bearer nobody"}, timeout=10).ok
        """
    )

    ran = suite.runpytest()

    ran.stdout.fnmatch_lines(["nothing was asked of it: requests without one of its tokens are in the journal of the sandbox default"])
    assert "conduct" not in output(ran)


def test_a_test_may_delete_its_sandbox(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test(inbox_mock):
            inbox_mock.delete()

        def test_and_fail(inbox_mock):
            inbox_mock.delete()
            assert 1 == 2
        """
    )

    suite.runpytest().assert_outcomes(passed=1, failed=1)


def test_a_client_that_trusts_a_forged_webhook_is_found_out(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
        def test_webhooks(request, fixture):
            sandbox = request.getfixturevalue(fixture)
            sandbox.webhooks_to(lambda webhook: 200, "inbox_message_created")
            sandbox.fault("forged")
            sandbox.write(1, "Is there a garage?")
            sandbox.clock.advance("1m")
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(failed=2)
    ran.stdout.fnmatch_lines(["WHK001 *"])


def test_what_a_receiver_of_webhooks_raises_fails_the_test(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test(inbox_mock):
            def receive(webhook):
                assert webhook.event == "inbox_conversation_created"

            inbox_mock.webhooks_to(receive, "inbox_message_created")
            inbox_mock.write(1, "Is there a garage?")
            inbox_mock.clock.advance("1m")
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*'inbox_message_created' == 'inbox_conversation_created'*"])


@pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
def test_what_a_receiver_has_raised_during_no_call_of_the_sandbox_fails_the_test_once(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(
        f"""
        import requests
        from client import reply

        def advance(sandbox):
            def receive(webhook):
                assert webhook.event == "inbox_conversation_created"

            sandbox.webhooks_to(receive, "inbox_message_created")
            sandbox.write(1, "Is there a garage?")
            clock = f"{{sandbox.root_url}}/__admin/sandboxes/{{sandbox.id}}/clock/advance"
            assert requests.post(clock, json={{"by": "1m"}}, timeout=10).ok

        def test_alone({fixture}):
            advance({fixture})

        def test_beside_a_broken_rule({fixture}):
            advance({fixture})
            reply({fixture}, channel=None)

        def test_beside_a_failure({fixture}):
            advance({fixture})
            assert 1 == 2
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(failed=3)
    ran.stdout.fnmatch_lines(["E  *'inbox_message_created' == 'inbox_conversation_created'*"] * 2)
    ran.stdout.fnmatch_lines(["*MSG002 *"])
    ran.stdout.fnmatch_lines(["*Inbox Mock: a receiver of webhooks*", "AssertionError*", "*Inbox Mock: the journal*"])


def test_the_real_service_is_out_of_reach_of_both(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest, requests, socket

        URL = "https://www.bookingsync.com/api/v3/me"

        def test_over_http(inbox_mock):
            with pytest.raises(requests.ConnectionError, match="the test's server is at inbox_mock.url"):
                requests.get(URL, timeout=5)

        def test_in_process(inbox_mock_in_process):
            with pytest.raises(OSError, match="other HTTP libraries need a server"):
                socket.create_connection(("www.bookingsync.com", 443), timeout=5)
        """
    )

    suite.runpytest().assert_outcomes(passed=2)


def test_settings_say_which_address_is_answered_and_what_passes_through(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\ninbox_mock_base_url = https://inbox.example\ninbox_mock_passthrough = 127.0.0.1 *.example.org\n")
    suite.makepyfile(
        """
        import requests
        from client import hosts

        def test(inbox_mock_in_process, inbox_mock_server):
            assert inbox_mock_in_process.url == "https://inbox.example/api/v3"
            hosts(inbox_mock_in_process.url, inbox_mock_in_process.token)
            assert requests.get(inbox_mock_server.url, timeout=10).status_code == 200
        """
    )

    suite.runpytest().assert_outcomes(passed=1)


def test_under_xdist_each_worker_has_a_server(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_replies="""
        import os
        import pytest
        from client import hosts, reply

        @pytest.mark.parametrize("number", range(6))
        def test_hosts(inbox_mock, number):
            hosts(inbox_mock.url, inbox_mock.token)
            assert os.environ["PYTEST_XDIST_WORKER"] in ("gw0", "gw1")

        def test_welcome(inbox_mock):
            reply(inbox_mock, channel=None)

        def test_that_fails(inbox_mock_in_process):
            assert hosts(inbox_mock_in_process.url, "demo").status_code == 201
        """
    )

    ran = suite.runpytest_subprocess("-n", "2", "--color=no")

    ran.assert_outcomes(passed=6, failed=2)
    ran.stdout.fnmatch_lines(["*Inbox Mock: the journal*", "*GET /api/v3/hosts  200"])
    ran.stdout.fnmatch_lines(["MSG002 *", "replay: pytest test_replies.py::test_welcome *"])


def test_the_markers_are_registered(suite: pytest.Pytester) -> None:
    ran = suite.runpytest("--markers")

    ran.stdout.fnmatch_lines(["@pytest.mark.inbox_scenario(*", "@pytest.mark.inbox_allow(*"])


def test_importing_the_plugin_imports_nothing_but_pytest(suite: pytest.Pytester) -> None:
    program = """
import sys, pytest
before = set(sys.modules)
import inbox_contracts.plugin
print(sorted(set(sys.modules) - before))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60, cwd=suite.path)

    assert ran.stdout == "['inbox_contracts', 'inbox_contracts.plugin']\n"


def test_the_fixtures_need_no_extra(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    suite.makepyfile(without="import sys\nsys.modules['hypothesis'] = sys.modules['schemathesis'] = None\n")
    suite.makepyfile(
        """
        from client import hosts

        def test_over_http(inbox_mock):
            hosts(inbox_mock.url, inbox_mock.token)

        def test_in_process(inbox_mock_in_process):
            hosts(inbox_mock_in_process.url, inbox_mock_in_process.token)
        """
    )

    ran = suite.runpytest_subprocess("-p", "without", "-p", "inbox_contracts.plugin")

    ran.assert_outcomes(passed=2)


def test_a_run_that_uses_its_fixtures_imports_no_package_of_trials_consoles_and_documents(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    suite.makepyfile(
        """
        import sys
        from client import hosts

        NOT_NEEDED = ["hypothesis", "schemathesis", "psycopg", "rich", "apispec", "marshmallow", "prometheus_client", "junitparser"]

        def test(inbox_mock, inbox_mock_in_process):
            hosts(inbox_mock_in_process.url, inbox_mock_in_process.token)
            assert [name for name in NOT_NEEDED if name in sys.modules] == []
        """
    )

    suite.runpytest_subprocess("-p", "inbox_contracts.plugin").assert_outcomes(passed=1)


def test_a_run_that_uses_no_fixture_of_it_imports_nothing_of_the_fake(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import sys

        def test():
            told = ("inbox_mock", "inbox_contracts", "flask", "requests")
            assert 1 == 2, sorted(name for name in sys.modules if name.split(".")[0] in told)
        """
    )

    ran = suite.runpytest_subprocess("-p", "no:xdist", "-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:anyio")

    ran.assert_outcomes(failed=1)
    assert "AssertionError: ['inbox_contracts', 'inbox_contracts.plugin']" in output(ran)


@pytest.mark.parametrize("setting", ["inbox_mock_base_url", "inbox_mock_passthrough"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_setting_is_not_blank(suite: pytest.Pytester, setting: str, blank: str) -> None:
    suite.makepyfile("def test(): pass")

    ran = suite.runpytest("-o", f"{setting}={blank}")

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert f"the setting {setting}: found '" in ran.stderr.str()
    assert "; expected a value that is not blank" in ran.stderr.str()


@pytest.mark.parametrize("option", ["--inbox-url", "--inbox-token", "--inbox-admin-token"])
def test_no_option_of_the_server_trial_is_blank(suite: pytest.Pytester, option: str) -> None:
    ran = suite.runpytest("--pyargs", "inbox_contracts.provider", "--inbox-url", "http://127.0.0.1:1", option, " ")

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert f"{option}: found ' '; expected a value that is not blank" in ran.stderr.str()
