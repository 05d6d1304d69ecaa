#!/usr/bin/env bash
# standardwebhooks 1.1.0 and svix 2.9.1 for Python (newest releases in November 2026) sign another time than they are given, unless that is in UTC.
#
# `Webhook.sign()` takes a datetime, and puts UTC in place of its zone where it should convert: 14:00+02:00 is signed as 14:00 UTC, two hours on. The
# header, which the caller writes, has the right second, so each receiver refuses the webhook with "No matching signature found",
# as if the secret were wrong. A datetime without a zone, as datetime.now() gives, is taken for UTC, where Python takes it for local time: on a machine
# that runs on UTC, as CI does, both agree, and elsewhere its webhooks are refused. Those who test a receiver with webhooks they sign
# themselves meet it, and whoever sends some. Neither package's text names a zone. What works: `datetime.now(timezone.utc)`; the
# same libraries for JavaScript take a Date, which has no zone, and agree with UTC.
#
# Seen with Python 3.11; each time is the same instant, the header its second, in a process with that TZ:
#                                              TZ=UTC               TZ=CET-1
#   datetime.now(timezone.utc)                 verified             verified
#   the same, astimezone(+02:00)               no match             no match
#   datetime.now(), without a zone             verified             no match
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check standardwebhooks==1.1.0 svix==2.9.1

cat > seen.py <<'PYTHON'
import os
import time
from base64 import b64encode
from datetime import datetime, timedelta, timezone

import standardwebhooks
import svix

SECRET = "whsec_" + b64encode(bytes(24)).decode()
BODY = '{"type":"message.created"}'
time.tzset()
now = datetime.now(timezone.utc)
times = {
    "UTC": now,
    "+02:00": now.astimezone(timezone(timedelta(hours=2))),
    "without a zone": now.astimezone().replace(tzinfo=None),
}
for library, prefix in ((standardwebhooks, "webhook"), (svix, "svix")):
    webhook = library.Webhook(SECRET)
    for name, moment in times.items():
        assert int(moment.timestamp()) == int(now.timestamp())
        headers = {
            f"{prefix}-id": "msg_1",
            f"{prefix}-timestamp": str(int(moment.timestamp())),
            f"{prefix}-signature": webhook.sign("msg_1", moment, BODY),
        }
        try:
            webhook.verify(BODY, headers)
            found = "verified"
        except Exception as error:
            found = str(error)
        print(f"TZ={os.environ['TZ']}, {library.__name__}, {name}: {found}")
PYTHON
for zone in UTC CET-1; do
  TZ=$zone timeout 60 venv/bin/python seen.py
done | tee seen.txt

diff - seen.txt <<'EXPECTED'
TZ=UTC, standardwebhooks, UTC: verified
TZ=UTC, standardwebhooks, +02:00: No matching signature found
TZ=UTC, standardwebhooks, without a zone: verified
TZ=UTC, svix, UTC: verified
TZ=UTC, svix, +02:00: No matching signature found
TZ=UTC, svix, without a zone: verified
TZ=CET-1, standardwebhooks, UTC: verified
TZ=CET-1, standardwebhooks, +02:00: No matching signature found
TZ=CET-1, standardwebhooks, without a zone: No matching signature found
TZ=CET-1, svix, UTC: verified
TZ=CET-1, svix, +02:00: No matching signature found
TZ=CET-1, svix, without a zone: No matching signature found
EXPECTED
