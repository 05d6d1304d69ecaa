"""The configuration of nginx beside the compose file: nginx takes it, and it lets through all that the fake takes and answers."""

import re
import subprocess
from pathlib import Path

from inbox_mock.domain import limits
from proxied.proxying import Certificate, shown
from servers import program

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "compose" / "nginx.conf"
UNITS = {"k": 2**10, "m": 2**20}


def size(directive: str) -> int:
    """Return the last size that a directive says, in bytes."""
    (number, unit) = re.findall(rf"^ *{directive} .*?(\d+)([km]);$", CONFIGURATION.read_text(), re.MULTILINE)[-1]
    return int(number) * UNITS[unit]


def test_nginx_takes_it(tmp_path: Path) -> None:
    certificate, copy = Certificate(tmp_path), tmp_path / "nginx.conf"
    here = CONFIGURATION.read_text().replace("/tmp/", f"{tmp_path}/")  # noqa: S108 - the container's own
    copy.write_text(here.replace("/run/secrets/tls.crt", str(certificate.crt)).replace("/run/secrets/tls.key", str(certificate.key)))

    ran = subprocess.run([program("nginx", "nginx"), "-t", "-q", "-e", "stderr", "-c", copy], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_the_fake_takes_gets_through() -> None:
    assert size("client_max_body_size") == limits.BODY
    assert size("large_client_header_buffers") >= limits.HEAD


def test_the_longest_head_that_the_fake_answers_gets_through() -> None:
    assert size("proxy_buffer_size") > limits.LINK + 16 * 2**10


def test_it_hands_requests_on_as_the_guide_of_proxies_says() -> None:
    """But for connections that are kept: a name that is looked up again and again has none."""
    directives = re.findall(r"^ +((?:proxy|client|large)\w+ .*?;)", shown("nginx"), re.MULTILINE)
    elsewhere = {'proxy_set_header Connection "";', "proxy_pass http://inbox_mock;"}

    assert [said for said in directives if said not in elsewhere and said not in CONFIGURATION.read_text()] == []
