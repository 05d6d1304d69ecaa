"""The pytest plugin: sandboxes of their own, scenarios by marker, settings."""

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
        ('inbox_scenario("empty", sead=3)', "inbox_scenario: sead is unknown; did you mean 'seed'?"),
        ('inbox_scenario(scenario="agency", xyzzy=3)', "inbox_scenario: xyzzy is unknown; expected one of scenario, name, note, ttl,"),
        ('inbox_scenario(clock={"mod": "real"})', "inbox_scenario: clock.mod is unknown; did you mean 'mode'?"),
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


@pytest.mark.parametrize("option", ["--inbox-url", "--inbox-token", "--inbox-admin-token"])
def test_no_option_of_the_server_trial_is_blank(suite: pytest.Pytester, option: str) -> None:
    ran = suite.runpytest("--pyargs", "inbox_contracts.provider", "--inbox-url", "http://127.0.0.1:1", option, " ")

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert f"{option}: found ' '; expected a value that is not blank" in ran.stderr.str()
