#!/usr/bin/env bash
# aiohttp-retry 2.9.1 (newest release in November 2026) repeats a POST that is answered 503, and no call that has no answer.
#
# Its readme says of `exceptions`: "On which exceptions we should retry, by default on all". By default it is on none: a call that times
# out or is cut off is tried once. What the readme does not say is that `methods` exists, and holds POST and PATCH by default: what is answered
# 5xx is sent up to three times. So the defaults are the wrong way round for an API without a key against repetition: a GET that could be asked
# again is not, and a message that the server has stored before it answered 503 reaches a guest two or three times. Retry-After is not looked at.
# What helps: `ExponentialRetry(methods={"GET"}, exceptions={aiohttp.ClientError, asyncio.TimeoutError})`.
#
# Seen on Python 3.11.7 with aiohttp 3.14.5, RetryClient() as it is; the server counts the requests that it has read:
#   POST, answered 503 with Retry-After: 60    3 requests in less than 10 s, 503
#   GET, answered too late                     1 request, TimeoutError
#   GET, answered too late, exceptions given   3 requests, TimeoutError
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aiohttp-retry==2.9.1 aiohttp==3.14.5

cat > seen.py <<'PYTHON'
import asyncio

from aiohttp import ClientTimeout, web
from aiohttp_retry import ExponentialRetry, RetryClient

requests = 0
TOO_LATE = ClientTimeout(total=0.3)


async def busy(request):
    global requests
    await request.read()
    requests += 1
    return web.json_response({}, status=503, headers={"Retry-After": "60"})


async def slow(request):
    global requests
    requests += 1
    await asyncio.sleep(1)
    return web.json_response({})


async def told(method, url, options=None, **given):
    global requests
    requests = 0
    began = asyncio.get_running_loop().time()
    async with RetryClient(retry_options=options) as client:
        try:
            async with client.request(method, url, **given) as answer:
                result = answer.status
        except TimeoutError as error:
            result = type(error).__name__
    assert asyncio.get_running_loop().time() - began < 10
    return f"{method}: {requests} requests, {result}"


async def main():
    application = web.Application()
    application.add_routes([web.post("/messages", busy), web.get("/messages", slow)])
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/messages"
    found = [
        await told("POST", url, json={"messages": [{"content": "Welcome!"}]}),
        await told("GET", url, timeout=TOO_LATE),
        await told("GET", url, ExponentialRetry(exceptions={asyncio.TimeoutError}), timeout=TOO_LATE),
    ]
    print(*found, sep="\n")
    assert found == ["POST: 3 requests, 503", "GET: 1 requests, TimeoutError", "GET: 3 requests, TimeoutError"]
    await runner.cleanup()


asyncio.run(main())
PYTHON
venv/bin/python seen.py
