"""Receivers of webhooks in tests with the plugin."""

import pytest

pytest_plugins = ["pytester"]


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
