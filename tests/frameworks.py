"""Run the examples of web frameworks and OAuth libraries, in the versions that the guides name, which are installed into a folder for that.

    python tests/frameworks.py [--only TITLE]

What a guide's table says is what runs here: `tests/examples/test_frameworks.py` compares them.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from inbox_mock.client import SandboxClient, connect

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
START_SECONDS, RUN_SECONDS = 60, 120
SPOILED = ("forged", "unsigned", "tampered")
AS_IT_SHOULD = {"genuine": "delivered"} | dict.fromkeys(SPOILED, "refused with 401")
USED = [("GET", "/api/v3/me", 200)]
KINDS = {"pip": (".py",), "npm": (".mjs", ".js"), "apt": (".rb",)}
Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """An example, by its title in the guide: a file below ``examples``, and the packages that it needs, beside its own with its version."""

    title: str
    file: str
    packages: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file."""
        return EXAMPLES / self.file

    @property
    def kind(self) -> str:
        """The language: the file's extension."""
        return self.path.suffix


RECEIVERS = (
    Example("Express 5.3.0", "receivers/with_express.mjs", ("express@5.3.0",)),
    Example("Fastify 5.12.8", "receivers/with_fastify.mjs", ("fastify@5.12.8",)),
    Example(
        "NestJS 12.5.1",
        "receivers/with_nest.mjs",
        ("@nestjs/core@12.5.1", "@nestjs/common@12.5.1", "@nestjs/platform-express@12.5.1", "reflect-metadata@0.2.2", "rxjs@7.8.2"),
    ),
    Example("Next 16.4.6", "receivers/next/app/webhooks/route.js", ("next@16.4.6", "react@19.3.1", "react-dom@19.3.1")),
    Example("Hono 4.13.19", "receivers/with_hono.mjs", ("hono@4.13.19", "@hono/node-server@2.1.9")),
    Example("Koa 3.3.0", "receivers/with_koa.mjs", ("koa@3.3.0", "@koa/bodyparser@6.1.0")),
    Example("hapi 21.4.10", "receivers/with_hapi.mjs", ("@hapi/hapi@21.4.10",)),
    Example("Node alone", "receivers/with_node.mjs"),
    Example("Flask 3.1.3", "receivers/with_flask.py", ("flask==3.1.3",)),
    Example("Quart 0.22.0", "receivers/with_quart.py", ("quart==0.22.0",)),
    Example("FastAPI 0.165.0", "receivers/with_fastapi.py", ("fastapi==0.165.0", "uvicorn==0.54.0")),
    Example("Starlette 1.10.0", "receivers/with_starlette.py", ("starlette==1.10.0", "uvicorn==0.54.0")),
    Example("Django 5.2.19", "receivers/with_django.py", ("django==5.2.19",)),
    Example("Django REST framework 3.18.3", "receivers/with_django_rest_framework.py", ("djangorestframework==3.18.3", "django==5.2.19")),
    Example("aiohttp 3.14.5", "receivers/with_aiohttp.py", ("aiohttp==3.14.5",)),
    Example("Sanic 25.12.1", "receivers/with_sanic.py", ("sanic==25.12.1",)),
    Example("Litestar 2.25.0", "receivers/with_litestar.py", ("litestar==2.25.0", "uvicorn==0.54.0")),
    Example("Falcon 4.4.0", "receivers/with_falcon.py", ("falcon==4.4.0",)),
    Example("Bottle 0.13.4", "receivers/with_bottle.py", ("bottle==0.13.4",)),
    Example("Pyramid 2.1", "receivers/with_pyramid.py", ("pyramid==2.1",)),
    Example("Tornado 6.6.1", "receivers/with_tornado.py", ("tornado==6.6.1",)),
    Example("CherryPy 18.10.0", "receivers/with_cherrypy.py", ("cherrypy==18.10.0",)),
    Example("WSGI alone", "receivers/with_wsgi.py"),
    Example("Rack 2.2.22", "receivers/with_rack.rb", ("ruby-rack", "ruby-webrick")),
    Example(
        "Sinatra 3.0.5",
        "receivers/with_sinatra.rb",
        ("ruby-sinatra", "ruby-rack", "ruby-rack-protection", "ruby-mustermann", "ruby-ruby2-keywords", "ruby-tilt", "ruby-webrick"),
    ),
    Example("PHP 8.2 alone", "receivers/with_php.php"),
)
CLIENTS = (
    Example("requests-oauthlib 2.0.0", "oauth/with_requests_oauthlib.py", ("requests-oauthlib==2.0.0", "oauthlib==4.0.1")),
    Example("Authlib 1.9.10", "oauth/with_authlib.py", ("authlib==1.9.10", "requests==2.34.2")),
    Example("httpx-oauth 0.17.0", "oauth/with_httpx_oauth.py", ("httpx-oauth==0.17.0", "httpx==0.28.1")),
    Example("httpx-auth 0.23.1", "oauth/with_httpx_auth.py", ("httpx-auth==0.23.1", "httpx==0.28.1")),
    Example("openid-client 6.9.0", "oauth/with_openid_client.mjs", ("openid-client@6.9.0",)),
    Example("oauth4webapi 3.8.8", "oauth/with_oauth4webapi.mjs", ("oauth4webapi@3.8.8",)),
    Example("@auth/core 0.41.3", "oauth/with_auth_core.mjs", ("@auth/core@0.41.3",)),
    Example("simple-oauth2 5.1.0", "oauth/with_simple_oauth2.mjs", ("simple-oauth2@5.1.0",)),
    Example("arctic 3.7.0", "oauth/with_arctic.mjs", ("arctic@3.7.0",)),
    Example(
        "passport-oauth2 1.8.0",
        "oauth/with_passport_oauth2.mjs",
        ("passport-oauth2@1.8.0", "passport@0.7.0", "express@5.3.0", "express-session@1.19.0"),
    ),
    Example("grant 5.4.24", "oauth/with_grant.mjs", ("grant@5.4.24", "express@5.3.0", "express-session@1.19.0")),
    Example("client-oauth2 4.3.3", "oauth/with_client_oauth2.mjs", ("client-oauth2@4.3.3",)),
    Example("@badgateway/oauth2-client 3.3.1", "oauth/with_badgateway_oauth2_client.mjs", ("@badgateway/oauth2-client@3.3.1",)),
    Example("Ruby oauth2 1.4.4", "oauth/with_oauth2.rb", ("ruby-oauth2", "ruby-faraday", "ruby-jwt", "ruby-multi-json", "ruby-rack")),
)


def main() -> int:
    """Install and run them all, or those with a title; say of each whether it does as it should."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", metavar="TITLE", default="", help="part of the title of those that are run")
    only = parser.parse_args().only.lower()
    chosen = [example for example in (*RECEIVERS, *CLIENTS) if only in example.title.lower()]
    failed = 0
    with TemporaryDirectory() as name, a_fake() as root:
        folder = Path(name)
        for kind in ("receivers", "oauth"):
            shutil.copytree(EXAMPLES / kind, folder / kind)
        environment = os.environ | installed(chosen, folder)
        for example in chosen:
            began = time.monotonic()
            wrong = _wrong(example, root, folder, environment)
            failed += bool(wrong)
            sys.stdout.write(f"{'NO' if wrong else 'ok'} {time.monotonic() - began:5.1f} s  {example.title}  {wrong}".rstrip() + "\n")
            sys.stdout.flush()
    return 1 if failed else 0


def _wrong(example: Example, root: str, folder: Path, environment: Environment) -> str:
    """Run an example; what was wrong, or nothing."""
    try:
        if example in RECEIVERS:
            heard = hears(example, root, folder, environment)
            return "" if heard == AS_IT_SHOULD else str(heard)
        printed, calls = asks(example, connect(root).sandbox(), folder, environment)
        return "" if calls[-1:] == USED else f"{calls} {printed}"
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return str(error)


def installed(examples: Iterable[Example], folder: Path) -> dict[str, str]:
    """Install what examples need into a folder; the variables by which it is found."""
    packages = {
        kind: sorted({package for one in examples if one.kind in kinds for package in one.packages}) for kind, kinds in KINDS.items()
    }
    if packages["pip"]:
        venv.create(folder / "venv", with_pip=True)
        _run([str(folder / "venv/bin/pip"), "install", "--quiet", "--disable-pip-version-check", *packages["pip"]], folder)
    if packages["npm"]:
        (folder / "package.json").write_text('{"private": true}')
        _run(["npm", "install", "--no-audit", "--no-fund", "--silent", *packages["npm"]], folder)
    if packages["apt"]:
        _run(["apt-get", "--quiet", "download", *packages["apt"]], folder)
        for package in folder.glob("*.deb"):
            _run(["dpkg-deb", "--extract", str(package), "debian"], folder)
    ruby = folder.glob("debian/usr/share/rubygems-integration/*/gems/*/lib")
    return {"RUBYLIB": ":".join(map(str, (folder / "debian/usr/lib/ruby/vendor_ruby", *ruby)))}


def _run(words: list[str], folder: Path) -> None:
    sys.stderr.write(f"{' '.join(words[:3])} ...\n")
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def a_fake() -> Iterator[str]:
    """Serve a fake on a free port until the end of the block; its address."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "port"
        words = [sys.executable, "-m", "inbox_mock", "serve", "--port", "0", "--port-file", str(file)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        try:
            if not _until(lambda: file.exists() and bool(file.read_text()), process):
                raise RuntimeError("the fake did not start")
            yield f"http://127.0.0.1:{file.read_text().strip()}"
        finally:
            process.terminate()
            process.wait(10)


def hears(example: Example, root: str, folder: Path = EXAMPLES, environment: Environment = os.environ) -> dict[str, str]:
    """Start a receiver, and send it a genuine webhook and one that is spoiled in each way; what became of each."""
    sandbox, port = connect(root).create_sandbox("agency"), _free_port()
    env = {**environment, "PORT": str(port), "BOOKINGSYNC_APP_SECRET": sandbox.application["client_secret"]}
    with TemporaryFile() as output:
        words = command(example, folder, port)
        process = subprocess.Popen(words, cwd=place(example, folder), env=env, stdout=output, stderr=output, start_new_session=True)
        try:
            if not _until(lambda: _listens(port), process):
                output.seek(0)
                raise RuntimeError(f"it did not start: {output.read().decode(errors='replace')[-1000:]}")
            return dict(_outcomes(sandbox, f"http://127.0.0.1:{port}/webhooks"))
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # some have started others
            process.wait(10)
            sandbox.delete()


def _outcomes(sandbox: SandboxClient, url: str) -> Iterator[tuple[str, str]]:
    sandbox.webhook(url, "inbox_message_created")
    for kind in AS_IT_SHOULD:
        if kind in SPOILED:
            sandbox.fault(kind, times=1)
        sandbox.write(1, "Is there a garage for our 2½ cars?")
        sandbox.clock.advance("1m")
        yield kind, str(sandbox.deliveries()[-1]["outcome"])


def asks(
    example: Example, sandbox: SandboxClient, folder: Path = EXAMPLES, environment: Environment = os.environ
) -> tuple[str, list[tuple[str, str, int]]]:
    """Run a client of OAuth; what it printed, and the calls that it made, each with its status."""
    before, client = len(sandbox.journal()), sandbox.application
    named = {"BOOKINGSYNC_APP_ID": client["client_id"], "BOOKINGSYNC_APP_SECRET": client["client_secret"]}
    env = {**environment, **named, "BOOKINGSYNC_URL": sandbox.root_url}
    words = command(example, folder)
    ran = subprocess.run(words, cwd=place(example, folder), env=env, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)
    calls = [(entry["method"], entry["path"], entry["status"]) for entry in sandbox.journal()[before:]]
    return ran.stdout + ran.stderr[-1000:], calls


def place(example: Example, folder: Path) -> Path:
    """Return where an example is started, if ``folder`` holds the examples."""
    return folder / ("receivers/next" if example.kind == ".js" else example.file.partition("/")[0])


def command(example: Example, folder: Path, port: int = 0) -> list[str]:
    """Return what starts an example; its packages are those of the folder, if they were installed there."""
    python = folder / "venv/bin/python"
    by_kind = {
        ".py": [str(python) if python.exists() else sys.executable, example.path.name],
        ".mjs": ["node", example.path.name],
        ".js": ["../../node_modules/.bin/next", "dev", "--port", str(port), "--hostname", "127.0.0.1"],
        ".rb": ["ruby", example.path.name],
        ".php": ["php", "-S", f"127.0.0.1:{port}", example.path.name],
    }
    return by_kind[example.kind]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    """Wait until something is ready; whether it is, and the process that it waits for has not ended."""
    end = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    sys.exit(main())
