"""The tests of PHPUnit that are there to be copied; where PHPUnit is not installed, something smaller runs them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from languages import skip_without

PHP = Path(__file__).resolve().parents[2] / "examples" / "php"
RUNNER = ["phpunit", "--do-not-cache-result"] if shutil.which("phpunit") else ["php", str(Path(__file__).with_name("phpunit.php"))]
RULE_BREAKER = """<?php
require_once '{folder}/InboxMockTestCase.php';

final class BreakerTest extends InboxMockTestCase
{{
    {more}

    public function testNobodyReadsThat(): void
    {{
        $headers = "Authorization: Bearer {{$this->sandbox['token']}}\\r\\nContent-Type: application/json";
        $message = ['conversation_id' => 1, 'sender_id' => 2, 'content' => 'Hello', 'origin' => 'bookingsync_inbox',
            'visibility' => 'external', 'sent_at' => '2030-06-01T12:00:00Z'];
        $request = ['method' => 'POST', 'header' => $headers, 'content' => json_encode(['messages' => [$message]])];
        file_get_contents($this->sandbox['api_url'] . '/inbox/messages', false, stream_context_create(['http' => $request]));
        self::assertSame(1, 1);
    }}
}}
"""


def run(file: Path, root: str) -> "subprocess.CompletedProcess[str]":
    skip_without("php")
    return subprocess.run(
        [*RUNNER, str(file)], env=os.environ | {"INBOX_MOCK_URL": root}, capture_output=True, text=True, check=False, timeout=60
    )


def test_they_pass(served: str) -> None:
    ran = run(PHP / "InboxTest.php", served)

    assert "OK (2 tests" in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.parametrize(("more", "told"), [("", "MSG002  the client answered"), ("protected array $allow = ['MSG002'];", "OK (1 test")])
def test_one_that_breaks_a_rule_fails_unless_it_may(served: str, tmp_path: Path, more: str, told: str) -> None:
    file = tmp_path / "BreakerTest.php"
    file.write_text(RULE_BREAKER.format(folder=PHP, more=more))

    ran = run(file, served)
    assert told in ran.stdout + ran.stderr
