"""The configuration of nginx beside the compose file: nginx takes it, and it lets through all that the fake takes and answers."""

import re
import subprocess
from pathlib import Path

from inbox_mock.domain import limits
from servers import program

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "compose" / "nginx.conf"
UNITS = {"k": 2**10, "m": 2**20}


def size(directive: str) -> int:
    """Return the last size that a directive says, in bytes."""
    (number, unit) = re.findall(rf"^ *{directive} .*?(\d+)([km]);$", CONFIGURATION.read_text(), re.MULTILINE)[-1]
    return int(number) * UNITS[unit]


def test_nginx_takes_it(tmp_path: Path) -> None:
    nginx = program("nginx", "nginx")
    certified = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "tls.key",
        "-out",
        "tls.crt",
    ]
    subprocess.run(certified, cwd=tmp_path, check=True, capture_output=True)
    copy = tmp_path / "nginx.conf"
    copy.write_text(CONFIGURATION.read_text().replace("/tmp/", f"{tmp_path}/").replace("/run/secrets", str(tmp_path)))  # noqa: S108

    ran = subprocess.run([nginx, "-t", "-q", "-e", "stderr", "-c", copy], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_the_fake_takes_gets_through() -> None:
    assert size("client_max_body_size") == limits.BODY
    assert size("large_client_header_buffers") >= limits.HEAD


def test_the_longest_head_that_the_fake_answers_gets_through() -> None:
    assert size("proxy_buffer_size") > limits.LINK + 16 * 2**10
