"""Receive webhooks with Starlette."""

import uvicorn
from signature import PORT, status
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def hear(request: Request) -> Response:
    """Take a webhook."""
    body = await request.body()
    return Response(status_code=status(body, request.headers.get("X-Content-Signature")))


uvicorn.run(Starlette(routes=[Route("/webhooks", hear, methods=["POST"])]), port=PORT)
