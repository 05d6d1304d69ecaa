"""``inbox-mock serve`` with a public URL, or with trusted proxies."""

import subprocess
from pathlib import Path

import pytest

from processes import COMMAND, run, wait_for


@pytest.mark.parametrize("url", ["mock.example", "ftp://mock.example", "https://mock.example/api", "https://mock.example/?x"])
def test_what_is_no_public_url_is_wrong_usage(url: str) -> None:
    for ran in (run("serve", "--public-url", url), run("serve", env={"INBOX_MOCK_PUBLIC_URL": url})):
        assert ran.returncode == 2
        assert f"found {url!r}; expected an http or https URL such as https://mock.example.com/inbox" in ran.stderr


@pytest.mark.parametrize("number", ["-1", "many", "1.5", "101"])
def test_what_is_no_number_of_proxies_is_wrong_usage(number: str) -> None:
    ran = run("serve", "--trust-proxy", number)

    assert ran.returncode == 2
    assert "expected a whole number from 0 to 100" in ran.stderr


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        (["--public-url", "https://mock.example/inbox"], "answers nobody who comes through the proxy, nor anybody else"),
        (["--public-url", "https://mock.example/inbox", "--trust-proxy", "1"], "answers nobody who comes through the proxy. "),
        (["--public-url", "https://mock.example/inbox", "--admin-token", "open sesame"], None),
    ],
)
def test_it_tells_its_public_url_and_warns_without_a_token(tmp_path: Path, options: list[str], warned: str | None) -> None:
    port_file, scenario = tmp_path / "port", ["--scenario", "empty", "--port", "0", "--port-file"]
    with subprocess.Popen(
        [COMMAND, "serve", *scenario, str(port_file), *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(port_file, process)
        process.terminate()
        printed, said = process.communicate(timeout=20)

    assert "API      https://mock.example/inbox/api/v3\n" in printed
    assert (warned in said and "--admin-token-file FILE" in said) if warned else not said
