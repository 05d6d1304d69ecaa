"""Tests that are judged: which fail for what their client did, and what they show then."""

import pytest

from plugin.suites import output

pytest_plugins = ["pytester"]


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
    ran.stdout.fnmatch_lines(["*Inbox Mock: the journal*", "no request has come"])
    assert "conduct" not in output(ran)


def test_a_test_whose_requests_bore_no_token_of_its_sandbox_is_told_where_they_are(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import requests

        def test(inbox_mock):
            assert requests.get(f"{inbox_mock.url}/me", headers={"Authorization": "Bearer nobody"}, timeout=10).ok
        """
    )

    ran = suite.runpytest()

    ran.stdout.fnmatch_lines(["no request has come: those without one of its tokens are in the journal of the sandbox default"])
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
