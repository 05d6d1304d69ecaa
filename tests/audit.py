"""Ask the advisory service about every version of requirements-dev.txt, by pip-audit.

pip-audit says "No known vulnerabilities found" and ends well when the service knows none of the packages, as behind a
mirror that serves packages alone. Here that is no success: what was not asked is called so.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-dev.txt"
AUDIT = [str(Path(sys.executable).parent / "pip-audit"), "--disable-pip", "--require-hashes", "--requirement", str(LOCK)]
AS_JSON = ["--format", "json", "--progress-spinner", "off"]
UNREACHABLE = ("ConnectionError", "ProxyError", "SSLError", "Timeout", "Could not connect")
NOT_RUN = "pip-audit: not run: advisory service unreachable"


def verdict(printed: str, complained: str) -> tuple[int, str]:
    """Return the exit status, and a text, from what pip-audit wrote on its standard output and error."""
    try:
        found = json.loads(printed)["dependencies"]
    except (ValueError, KeyError):
        if any(sign in complained for sign in UNREACHABLE):
            return 0, NOT_RUN
        return 1, f"pip-audit failed:\n{complained}"
    if found and all("skip_reason" in one for one in found):
        return 0, NOT_RUN
    lines = [f"{one['name']}: not audited: {one['skip_reason']}" for one in found if "skip_reason" in one]
    lines += [
        f"{one['name']} {one['version']}: {advisory['id']}, mended in {', '.join(advisory['fix_versions']) or 'no version'}"
        for one in found
        for advisory in one.get("vulns", [])
    ]
    return (1, "\n".join(lines)) if lines else (0, f"pip-audit: {len(found)} locked versions, no known vulnerability")


def main() -> int:
    ran = subprocess.run([*AUDIT, *AS_JSON], capture_output=True, text=True, check=False)
    status, text = verdict(ran.stdout, ran.stderr)
    sys.stdout.write(f"{text}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
