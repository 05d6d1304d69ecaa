"""A broken rule of conduct is told once, as the failure of the test in whose call it was broken, whatever else happens to the test."""

import pytest
from junitparser import JUnitXml

from plugin.suites import output

pytest_plugins = ["pytester"]

SUBTESTS = pytest.mark.skipif(not hasattr(pytest, "Subtests"), reason="this pytest has no subtests")
FIXTURES = pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
HEADLINE = "The client broke the rules of conduct once"


def told(ran: pytest.RunResult) -> int:
    """Return how often all of it was told: a summary repeats the headline alone."""
    return sum(line.startswith(HEADLINE) for line in output(ran).splitlines())


@pytest.fixture(params=["", "true"], ids=["by hand", "in CI"])
def whose(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["CI", "BUILD_NUMBER"]:
        monkeypatch.setenv(name, request.param)


@FIXTURES
@pytest.mark.usefixtures("whose")
def test_a_broken_rule_is_one_failure_in_every_count(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(f"from client import reply\ndef test_welcome({fixture}):\n    reply({fixture}, channel=None)\n")

    ran = suite.runpytest("-rA", "--junitxml=found.xml")

    ran.assert_outcomes(failed=1)
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    found = JUnitXml.fromfile(str(suite.path / "found.xml"))
    assert (found.tests, found.failures, found.errors, found.skipped) == (1, 1, 0, 0)
    assert "PASSED" not in output(ran)
    assert told(ran) == 1
    assert "answered in conversation 1" not in output(ran).partition("short test summary info")[2]


@FIXTURES
@pytest.mark.parametrize(("marker", "outcome"), [("", "xfailed"), ("strict=True", "xfailed"), ("raises=ValueError", "failed")])
def test_xfail_expects_a_broken_rule_as_any_failure(suite: pytest.Pytester, fixture: str, marker: str, outcome: str) -> None:
    suite.makepyfile(
        f"""
        import pytest
        from client import reply

        @pytest.mark.xfail({marker})
        def test_welcome({fixture}):
            reply({fixture}, channel=None)
        """
    )

    suite.runpytest().assert_outcomes(**{outcome: 1})


def test_a_test_that_fails_as_expected_does_not_fail_by_a_rule_as_well(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from client import reply

        @pytest.mark.xfail
        def test_welcome(inbox_mock):
            reply(inbox_mock, channel=None)
            assert 1 == 2
        """
    )

    suite.runpytest().assert_outcomes(xfailed=1)


@pytest.mark.parametrize("skip", ["pytest.skip('enough')", "raise unittest.SkipTest('enough')"])
def test_a_test_that_is_skipped_on_the_way_is_judged(suite: pytest.Pytester, skip: str) -> None:
    suite.makepyfile(
        f"""
        import pytest, unittest
        from client import reply

        def test_welcome(inbox_mock):
            reply(inbox_mock, channel=None)
            {skip}
        """
    )

    ran = suite.runpytest()

    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    assert told(ran) == 1


@FIXTURES
def test_a_rule_that_is_broken_in_a_rerun_fails_the_test(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(
        f"""
        from client import reply

        runs = []

        def test_that_fails_once({fixture}):
            runs.append(1)
            assert len(runs) > 1
            reply({fixture}, channel=None)

        def test_that_breaks_a_rule_once({fixture}):
            runs.append(1)
            reply({fixture}, channel=None if len(runs) == 3 else "airbnb")
        """
    )
    ran = suite.runpytest("--reruns=1")

    found = ran.parseoutcomes()
    assert (found["failed"], found["passed"], found.get("error", found.get("errors", 0))) == (1, 1, 0)
    assert "test_that_fails_once*" not in output(ran)
    ran.stdout.fnmatch_lines(["*test_that_fails_once*", "*MSG002 *"])


@SUBTESTS
@FIXTURES
def test_a_rule_that_is_broken_beside_a_failed_subtest_is_told_once(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(
        f"""
        from client import reply

        def test_after_it({fixture}, subtests):
            with subtests.test("one"):
                assert 1 == 2
            reply({fixture}, channel=None)

        def test_before_it({fixture}, subtests):
            reply({fixture}, channel=None)
            with subtests.test("one"):
                assert 1 == 2
        """
    )

    ran = suite.runpytest()

    assert ran.parseoutcomes()["failed"] == 4
    assert told(ran) == 2


@SUBTESTS  # without them the first that fails ends the test
def test_a_failed_subtest_of_unittest_hides_no_broken_rule(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import unittest
        import pytest
        from client import reply

        class TestReplies(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def hold(self, inbox_mock):
                self.sandbox = inbox_mock

            def test_alone(self):
                reply(self.sandbox, channel=None)

            def test_and_skipped(self):
                reply(self.sandbox, channel=None)
                self.skipTest("enough")

            def test_and_failed(self):
                reply(self.sandbox, channel=None)
                self.fail()

            def test_beside_a_subtest(self):
                with self.subTest("one"):
                    self.fail()
                reply(self.sandbox, channel=None)
        """
    )

    ran = suite.runpytest()

    assert told(ran) == 4


@FIXTURES
def test_what_fixtures_break_before_and_after_the_test_is_told_once_as_their_error(suite: pytest.Pytester, fixture: str) -> None:
    suite.makepyfile(
        f"""
        import pytest
        from client import reply

        @pytest.fixture
        def broken_before({fixture}):
            reply({fixture}, channel=None)
            assert 1 == 2

        @pytest.fixture
        def broken_after({fixture}):
            yield
            reply({fixture}, channel=None)

        def test_before(broken_before): pass

        def test_after(broken_after): pass
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(passed=1, errors=2)
    assert told(ran) == 2


def test_rules_that_are_broken_in_two_sandboxes_are_told_together(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\ninbox_mock_passthrough = 127.0.0.1\n")
    suite.makepyfile(
        """
        from client import reply

        def test_both(inbox_mock, inbox_mock_in_process):
            reply(inbox_mock, channel=None)
            reply(inbox_mock_in_process, channel=None)
        """
    )

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    assert told(ran) == 2


def test_a_rule_that_cannot_judge_hides_no_rule_that_is_broken(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        """
        import pytest

        @pytest.fixture(autouse=True)
        def one_that_fails(monkeypatch):
            from inbox_mock.testing import sandboxes

            judged = sandboxes.judged
            monkeypatch.setattr(sandboxes, "judged", lambda given: judged(given) | {"broken": ["ABC001: it failed"]})
        """
    )
    suite.makepyfile("from client import reply\ndef test_welcome(inbox_mock):\n    reply(inbox_mock, channel=None)\n")

    ran = suite.runpytest()

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["inbox-mock: BROKEN  ABC001: it failed", "MSG002 *"])
