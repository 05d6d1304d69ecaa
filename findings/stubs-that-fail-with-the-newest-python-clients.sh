#!/usr/bin/env bash
# aioresponses 0.7.9, pook 2.1.6 and HTTPretty 1.1.4 (newest releases in November 2026) fail at each request of clients that pip installs with them.
#
# Each builds what the client makes itself, and bounds no versions that would tell. aiohttp 3.14 gives its ClientResponse another
# required argument, so that aioresponses, which allows `aiohttp<4.0`, and pook raise TypeError at whatever is stubbed, out of the middle of the program
# under test, which a client that catches what may go wrong takes for a lost connection. urllib3 asks its socket for `shutdown` since 2.3.0,
# which HTTPretty refuses where `allow_net_connect=False`, as tests want it: requests fails with "a real socket does not exist", and with the
# tip to allow real connections, with which it does work, and an address that is misspelt then goes to the network. httpx works.
# mocket 3.15.0 answers all five. What helps else: `aiohttp<3.14`, `urllib3<2.3`, or a stub of the client's own makers.
#
# Seen with Python 3.11, requests 2.34.2, urllib3 2.8.0, httpx 0.28.1 and aiohttp 3.14.5; in the last line aiohttp 3.13.5 and urllib3 2.2.3:
#                  requests       httpx   urllib         aiohttp
#   aioresponses   -              -       -              TypeError
#   pook           200            200     200            TypeError
#   HTTPretty      UnmockedError  200     200            UnmockedError
#   mocket         200            200     200            200
#   older clients  HTTPretty with requests 200, aioresponses with aiohttp 200, pook with aiohttp 200
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aioresponses==0.7.9 pook==2.1.6 httpretty==1.1.4 mocket==3.15.0 \
  requests==2.34.2 urllib3==2.8.0 httpx==0.28.1 aiohttp==3.14.5 setuptools==80.9.0

cat > seen.py <<'PYTHON'
import asyncio
import sys
import urllib.request
import warnings

import aiohttp
import httpretty
import httpx
import pook
import requests
from aioresponses import aioresponses
from mocket import Mocketizer
from mocket.mocks.mockhttp import Entry

warnings.simplefilter("ignore")
URL = "http://api.test/conversations"


async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(URL) as answer:
        return answer.status


def with_aioresponses(call):
    with aioresponses() as stub:
        stub.get(URL, payload={})
        return call()


def with_pook(call):
    with pook.use():
        pook.get(URL).reply(200).json({})
        return call()


def with_httpretty(call):
    with httpretty.enabled(allow_net_connect=False):
        httpretty.register_uri("GET", URL, body="{}")
        return call()


def with_mocket(call):
    with Mocketizer(strict_mode=True):
        Entry.single_register("GET", URL, body="{}")
        return call()


clients = {
    "requests": lambda: requests.get(URL).status_code,
    "httpx": lambda: httpx.get(URL).status_code,
    "urllib": lambda: urllib.request.urlopen(URL).status,
    "aiohttp": lambda: asyncio.run(by_aiohttp()),
}
stubs = {"aioresponses": with_aioresponses, "pook": with_pook, "httpretty": with_httpretty, "mocket": with_mocket}
for pair in sys.argv[1:]:
    stub, client = pair.split("/")
    try:
        print(pair, stubs[stub](clients[client]))
    except Exception as error:
        print(pair, type(error).__name__)
PYTHON
{
  for client in requests httpx urllib aiohttp; do
    for stub in pook httpretty mocket; do timeout 60 venv/bin/python seen.py "$stub/$client" 2> errors.txt; done
  done
  timeout 60 venv/bin/python seen.py aioresponses/aiohttp 2> errors.txt
  venv/bin/pip install --quiet --disable-pip-version-check aiohttp==3.13.5 urllib3==2.2.3 >&2
  echo older
  timeout 60 venv/bin/python seen.py httpretty/requests pook/aiohttp aioresponses/aiohttp 2> errors.txt
} | tee seen.txt

diff - seen.txt <<'EXPECTED'
pook/requests 200
httpretty/requests UnmockedError
mocket/requests 200
pook/httpx 200
httpretty/httpx 200
mocket/httpx 200
pook/urllib 200
httpretty/urllib 200
mocket/urllib 200
pook/aiohttp TypeError
httpretty/aiohttp UnmockedError
mocket/aiohttp 200
aioresponses/aiohttp TypeError
older
httpretty/requests 200
pook/aiohttp 200
aioresponses/aiohttp 200
EXPECTED
