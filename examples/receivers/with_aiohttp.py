"""Receive webhooks with aiohttp."""

from aiohttp import web
from signature import PORT, status


async def hear(request: web.Request) -> web.Response:
    """Take a webhook."""
    body = await request.read()
    return web.Response(status=status(body, request.headers.get("X-Content-Signature")))


app = web.Application()
app.add_routes([web.post("/webhooks", hear)])
web.run_app(app, host="127.0.0.1", port=PORT)
