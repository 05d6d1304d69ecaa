"""Real proxies before a fake on this machine, with the configuration of the guide: nginx, Caddy and HAProxy."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import requests

from fake import OverSocket
from inbox_mock.app import Options
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import Server
from processes import PATIENCE_SECONDS, free_port
from servers import program

GUIDE = Path(__file__).parents[2] / "docs" / "behind-a-proxy.md"
TOKEN = "open sesame"
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {servers}
}}
"""


@dataclass
class Front:
    """A proxy: ``root`` is the fake as clients see it, ``inner`` as the proxy does; ``authority`` is a file with its certificate."""

    root: str
    inner: str
    authority: Path
    has_no_public_url: bool = False

    @property
    def transport(self) -> OverSocket:
        """The fake through the proxy; every call presents the admin token, unless it has another one."""
        session = requests.Session()
        session.verify, session.trust_env = str(self.authority), False
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        return OverSocket(self.root, session)

    @property
    def environment(self) -> dict[str, str]:
        """What lets the commands call it."""
        return {"INBOX_MOCK_URL": f"{self.root}/", "INBOX_MOCK_ADMIN_TOKEN": TOKEN, "REQUESTS_CA_BUNDLE": str(self.authority)}


@dataclass
class Certificate:
    """A certificate for this machine, made with ``openssl``, as files: the certificate, its key, and both in one."""

    folder: Path
    crt: Path = field(init=False)
    key: Path = field(init=False)
    pem: Path = field(init=False)

    def __post_init__(self) -> None:
        self.crt, self.key, self.pem = (self.folder / f"mock.{kind}" for kind in ("crt", "key", "pem"))
        names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
        kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-addext", names]
        command = [program("openssl", "openssl"), "req", *kind, "-keyout", str(self.key), "-out", str(self.crt)]
        subprocess.run(command, check=True, capture_output=True)
        self.pem.write_text(self.crt.read_text() + self.key.read_text())


def shown(proxy: str) -> str:
    """The configuration of a proxy in the guide."""
    (found,) = re.findall(rf"<!-- proxy {proxy} -->\n```\w+\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return str(found)


def nginx_of_the_guide(inner: str, port: int, certificate: Certificate) -> str:
    here = shown("nginx").replace("127.0.0.1:8089", inner.partition("//")[2]).replace("listen 443", f"listen 127.0.0.1:{port}")
    return here.replace("/etc/ssl/mock.example.com.", f"{certificate.folder}/mock.")


def haproxy_of_the_guide(inner: str, port: int, certificate: Certificate) -> str:
    here = shown("haproxy").replace("127.0.0.1:8089", inner.partition("//")[2]).replace("bind :443", f"bind 127.0.0.1:{port}")
    return here.replace("/etc/ssl/mock.example.com.", f"{certificate.folder}/mock.")


def caddy_of_the_guide(inner: str, port: int, certificate: Certificate) -> str:
    """Its certificate is ours: Caddy would ask an authority for one, and answer under no other name."""
    here = shown("caddy").replace("127.0.0.1:8089", inner.partition("//")[2])
    site = f"https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {certificate.crt} {certificate.key}"
    return "{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + here.replace("mock.example.com {", site)


@contextmanager
def fake_behind(public_url: str | None, proxies: int, token: str | None = TOKEN) -> Iterator[Server]:
    """Serve a fake that is told of its proxies."""
    options = Options(
        scenario=find("empty"),
        overrides=Overrides(mode="manual"),
        admin_tokens=(AdminToken(token),) if token else (),
        public_url=public_url,
        trusted_proxies=proxies,
    )
    server = Server(options, port=0)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(timeout=10)


@contextmanager
def running(command: list[str | Path], ports: list[int], folder: Path) -> Iterator[None]:
    """Run a proxy until the end of the block, which begins when it listens on its ports."""
    with (
        (folder / "said").open("w+") as said,
        subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}) as process,
    ):
        try:
            for port in ports:
                _wait_for(port, process, folder / "said")
            yield
        finally:
            process.kill()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", said: Path) -> None:
    for _ in range(PATIENCE_SECONDS * 50):
        assert process.poll() is None, said.read_text()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(said.read_text())


@contextmanager
def nginx(folder: Path, ports: list[int], *servers: str) -> Iterator[None]:
    """Run nginx with these parts of its configuration, which listen on these ports."""
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, servers="\n".join(servers)))
    with running([program("nginx", "nginx"), "-e", "stderr", "-c", configuration], ports, folder):
        yield


@contextmanager
def haproxy(folder: Path, port: int, text: str) -> Iterator[None]:
    """Run HAProxy."""
    (folder / "haproxy.cfg").write_text(text)
    with running([program("haproxy", "haproxy"), "-db", "-f", "haproxy.cfg"], [port], folder):
        yield


@contextmanager
def caddy(folder: Path, port: int, text: str) -> Iterator[None]:
    """Run Caddy."""
    (folder / "Caddyfile").write_text(text)
    with running([program("caddy", "caddy"), "run", "--config", "Caddyfile", "--adapter", "caddyfile"], [port], folder):
        yield


@contextmanager
def with_tls(folder: Path) -> Iterator[Front]:
    """The configuration of the guide for a name of its own: no prefix. The fake learns all from the headers."""
    certificate, port = Certificate(folder), free_port()
    with fake_behind(None, 1) as fake:
        server = re.sub(r"\n *proxy_set_header X-Forwarded-Prefix .*;", "", nginx_of_the_guide(fake.url, port, certificate))
        with nginx(folder, [port], server.replace("location /inbox/", "location /")):
            yield Front(f"https://localhost:{port}", fake.url, certificate.crt, has_no_public_url=True)


@contextmanager
def with_a_prefix(folder: Path) -> Iterator[Front]:
    """Only ``proxy_pass``, which strips the prefix: nginx adds no header, and the fake knows its public URL."""
    certificate, port = Certificate(folder), free_port()
    root = f"http://localhost:{port}/team/inbox"
    with fake_behind(root, 0) as fake:
        server = f"server {{ listen 127.0.0.1:{port}; location /team/inbox/ {{ proxy_pass {fake.url}/; }} }}"
        with nginx(folder, [port], server):
            yield Front(root, fake.url, certificate.crt)


@contextmanager
def with_both(folder: Path) -> Iterator[Front]:
    """The guide, to the letter."""
    certificate, port = Certificate(folder), free_port()
    root = f"https://localhost:{port}/inbox"
    with fake_behind(root, 1) as fake, nginx(folder, [port], nginx_of_the_guide(fake.url, port, certificate)):
        yield Front(root, fake.url, certificate.crt)


@contextmanager
def by_caddy(folder: Path) -> Iterator[Front]:
    certificate, port = Certificate(folder), free_port()
    with fake_behind(None, 1) as fake, caddy(folder, port, caddy_of_the_guide(fake.url, port, certificate)):
        yield Front(f"https://localhost:{port}/inbox", fake.url, certificate.crt, has_no_public_url=True)


@contextmanager
def by_haproxy(folder: Path) -> Iterator[Front]:
    certificate, port = Certificate(folder), free_port()
    with fake_behind(None, 1) as fake, haproxy(folder, port, haproxy_of_the_guide(fake.url, port, certificate)):
        yield Front(f"https://localhost:{port}/inbox", fake.url, certificate.crt, has_no_public_url=True)
