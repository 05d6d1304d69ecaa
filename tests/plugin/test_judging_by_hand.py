"""Sandboxes that no fixture judges: ``judge()`` does."""

import pytest

pytest_plugins = ["pytester"]


def test_a_sandbox_of_each_kind_is_judged_when_it_is_asked_for(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from client import hosts, reply
        from inbox_mock.client import AdminError
        from inbox_mock.testing import ConductError, inbox_mock

        @pytest.fixture(params=["server", "in process"])
        def sandbox(request):
            if request.param == "server":
                yield request.getfixturevalue("inbox_mock_server").sandbox("agency", seed=3)
            else:
                with inbox_mock("agency", seed=3) as held:
                    yield held

        def test_nothing_was_asked(sandbox):
            sandbox.judge()

        def test_nothing_is_broken(sandbox):
            reply(sandbox, channel="airbnb")
            sandbox.judge()

        def test_a_broken_rule(sandbox):
            reply(sandbox, channel=None)
            with pytest.raises(ConductError) as raised:
                sandbox.judge(allow=["CNV001"])
            lines = str(raised.value).splitlines()
            assert lines[0] == "The client broke the rules of conduct once (scenario agency, seed 3)."
            assert lines[2].startswith("MSG002  the client answered in a channel's conversation")
            assert lines[-1] == 'on purpose? judge(allow=["MSG002"])'
            assert isinstance(raised.value, AssertionError)

        def test_one_that_is_allowed(sandbox):
            reply(sandbox, channel=None)
            sandbox.judge(allow=["MSG002"])

        def test_a_code_that_is_none(sandbox):
            hosts(sandbox.url, sandbox.token)
            with pytest.raises(AdminError, match="did you mean 'MSG002'"):
                sandbox.judge(allow=["MSG02"])
        """
    )

    suite.runpytest().assert_outcomes(passed=10)


def test_a_sandbox_of_the_session_receives_webhooks_and_raises_what_a_receiver_raises(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def sandbox(inbox_mock_server):
            sandbox = inbox_mock_server.sandbox("agency")
            yield sandbox
            sandbox.judge()

        def test(sandbox):
            def receive(webhook):
                raise ValueError("a receiver's own")

            sandbox.webhooks_to(receive, "inbox_message_created")
            sandbox.write(1, "Is there a garage?")
            with pytest.raises(ValueError, match="a receiver's own"):
                sandbox.clock.advance("1m")
        """
    )

    suite.runpytest().assert_outcomes(passed=1)
