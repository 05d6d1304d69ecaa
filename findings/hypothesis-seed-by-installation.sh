#!/usr/bin/env bash
# With Hypothesis 6.170.17 (newest release in November 2026) one seed gives other examples when the program under test is installed.
#
# About one integer, text or float in twenty is drawn from the constants in the source of the modules that are imported. Only local
# modules count: those below site-packages are left out, and so are those below a folder named tests. So a run that failed with a checkout
# on the path is not repeated by the same @seed, versions and tests with the program from a wheel, nor with the same module moved to
# tests/, nor after a constant is added that the failing test never touches. What repeats it everywhere is @reproduce_failure, or the
# example itself, kept as data.
#
# Seen with Python 3.11.7, in each case 1000 examples of one test with one seed, no example database:
#   from a folder of the project, twice: the same examples
#   installed in site-packages, twice: the same examples
#   from a folder of the project, and installed: other examples
#   from a folder named tests, and installed: the same examples
#   with one more constant, and without: other examples
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet hypothesis==6.170.17

mkdir project project-with-more project-with-tests project-with-tests/tests
cat > program.py <<'PYTHON'
MOST_MESSAGES = 86_413
KINDS = ("conversation", "participant")
PYTHON
cp program.py project/
cp program.py project-with-tests/tests/
{ cat program.py; echo 'MOST_HOSTS = 70_207'; } > project-with-more/program.py
mv program.py "$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

cat > drawn.py <<'PYTHON'
import hashlib

import program
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

drawn = []


@seed(7)
@settings(max_examples=1000, database=None, phases=[Phase.generate])
@given(st.integers(0, 10**6), st.text(max_size=20))
def test(number, text):
    drawn.append((number, text))


test()
print(hashlib.sha256(repr(drawn).encode()).hexdigest())
PYTHON

examples() { # FOLDER: what is drawn with the program from there; from site-packages if there is none
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$1" venv/bin/python drawn.py
}
compared() { # A B
  if [ "$1" = "$2" ]; then echo 'the same examples'; else echo 'other examples'; fi
}

local=$(examples project) installed=$(examples '')
found="from a folder of the project, twice: $(compared "$local" "$(examples project)")
installed in site-packages, twice: $(compared "$installed" "$(examples '')")
from a folder of the project, and installed: $(compared "$local" "$installed")
from a folder named tests, and installed: $(compared "$(examples project-with-tests/tests)" "$installed")
with one more constant, and without: $(compared "$(examples project-with-more)" "$local")"
echo "$found"
described="from a folder of the project, twice: the same examples
installed in site-packages, twice: the same examples
from a folder of the project, and installed: other examples
from a folder named tests, and installed: the same examples
with one more constant, and without: other examples"
if [ "$found" = "$described" ]; then
  echo "as described"
else
  echo "CHANGED: Hypothesis no longer does what this script describes"
  exit 1
fi
