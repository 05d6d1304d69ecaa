"""Get a token with httpx-oauth, and use it."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import httpx
from httpx_oauth.oauth2 import OAuth2
from service import AUTHORIZE, CALLBACK, CLIENT_ID, CLIENT_SECRET, ME, TOKEN, approve


async def main() -> None:
    """Take the way of an application."""
    client = OAuth2(CLIENT_ID, CLIENT_SECRET, AUTHORIZE, TOKEN)
    page = await client.get_authorization_url(CALLBACK, scope=["inbox_write", "bookings_read"])
    (code,) = parse_qs(urlsplit(approve(page)).query)["code"]
    token = await client.get_access_token(code, CALLBACK)
    async with httpx.AsyncClient() as service:
        answer = await service.get(ME, headers={"Authorization": f"Bearer {token['access_token']}"})
    print(answer.json())


asyncio.run(main())
