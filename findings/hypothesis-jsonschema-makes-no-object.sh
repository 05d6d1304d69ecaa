#!/usr/bin/env bash
# hypothesis-jsonschema 0.23.1 (newest release in November 2026) makes no object with Hypothesis 6.170.10 to 6.170.17, which it allows.
#
# It asks for `hypothesis>=6.84.3`, so pip installs the newest of both, and `pip check` finds nothing. To draw an object it uses a private class of
# Hypothesis, as it says itself ("black magic with private Hypothesis internals"), whose method more() is not there since 6.170.10. So every
# schema that has an object in it raises AttributeError in each example, out of Hypothesis, before the program under test is called; integers,
# texts and lists of them are drawn, and so is the schema that allows everything. A test that holds an API to the schema of its
# records fails as a whole after an update of Hypothesis alone. What helps is `hypothesis<6.170.10`; schemathesis 4.32.5 draws objects
# with 6.170.17, from a document.
#
# Seen with Python 3.11:
#                                        Hypothesis 6.170.9   6.170.10       6.170.17
#   integer, list of integers, anything  drawn                drawn          drawn
#   object, list of objects              drawn                AttributeError: 'many' object has no attribute 'more'
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv

cat > seen.py <<'PYTHON'
import hypothesis
from hypothesis import HealthCheck, given, settings
from hypothesis_jsonschema import from_schema

MESSAGE = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "content": {"type": "string"}}}
SCHEMAS = {
    "integer": {"type": "integer"},
    "list of integers": {"type": "array", "items": {"type": "integer"}},
    "anything": {},
    "object": MESSAGE,
    "list of objects": {"type": "array", "items": MESSAGE, "minItems": 1},
}
for name, schema in SCHEMAS.items():

    @settings(database=None, deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
    @given(from_schema(schema))
    def draw(value):
        pass

    try:
        draw()
        found = "drawn"
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
    print(f"{hypothesis.__version__}, {name}: {found}")
PYTHON
for version in 6.170.9 6.170.10 6.170.17; do
  venv/bin/pip install --quiet --disable-pip-version-check hypothesis-jsonschema==0.23.1 jsonschema==4.26.0 hypothesis=="$version"
  venv/bin/pip check > /dev/null
  timeout 60 venv/bin/python -W ignore seen.py
done | tee seen.txt

cat > document.py <<'PYTHON'
import schemathesis
from hypothesis import find, settings

message = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
content = {"application/json": {"schema": message}}
operation = {"requestBody": {"required": True, "content": content}, "responses": {"201": {"description": "Created"}}}
document = {"openapi": "3.1.0", "info": {"title": "Inbox", "version": "1"}, "paths": {"/messages": {"post": operation}}}
strategy = schemathesis.openapi.from_dict(document)["/messages"]["POST"].as_strategy()
print("schemathesis:", type(find(strategy, lambda case: True, settings=settings(database=None, deadline=None)).body).__name__)
PYTHON
venv/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5 hypothesis==6.170.17
timeout 60 venv/bin/python -W ignore document.py | tee -a seen.txt

diff - seen.txt <<'EXPECTED'
6.170.9, integer: drawn
6.170.9, list of integers: drawn
6.170.9, anything: drawn
6.170.9, object: drawn
6.170.9, list of objects: drawn
6.170.10, integer: drawn
6.170.10, list of integers: drawn
6.170.10, anything: drawn
6.170.10, object: AttributeError: 'many' object has no attribute 'more'
6.170.10, list of objects: AttributeError: 'many' object has no attribute 'more'
6.170.17, integer: drawn
6.170.17, list of integers: drawn
6.170.17, anything: drawn
6.170.17, object: AttributeError: 'many' object has no attribute 'more'
6.170.17, list of objects: AttributeError: 'many' object has no attribute 'more'
schemathesis: dict
EXPECTED
