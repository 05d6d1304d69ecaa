"""Start a fake and hold it against its own OpenAPI document with schemathesis, in every phase.

Whatever is given on the command line goes to ``schemathesis run``. The exit code is schemathesis's own.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
CONFIGURATION = ROOT / "contracts" / "inbox_contracts" / "schemathesis.toml"
DEFAULTS = ("--max-examples", "10", "--seed", "1")
PATIENCE_SECONDS = 30


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        serve = [str(BIN / "inbox-mock"), "serve", "--clock", "manual", "--port", "0", "--port-file", str(port_file)]
        with subprocess.Popen(serve, stdout=subprocess.DEVNULL) as server:
            try:
                url = f"http://127.0.0.1:{_port(server, port_file)}/openapi.json"
                run = [str(BIN / "schemathesis"), "--config-file", str(CONFIGURATION), "run", url, *(arguments or DEFAULTS)]
                return subprocess.run(run, cwd=folder, check=False).returncode
            finally:
                server.terminate()


def _port(server: "subprocess.Popen[bytes]", port_file: Path) -> str:
    for _ in range(PATIENCE_SECONDS * 20):
        if port_file.exists():
            return port_file.read_text().strip()
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit("the fake did not start")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
