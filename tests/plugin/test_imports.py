"""What the plugin imports: as little as a run needs."""

import subprocess
import sys

import pytest

from plugin.suites import output

pytest_plugins = ["pytester"]


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

    ran = suite.runpytest_subprocess("-p", "no:xdist")

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
