"""Receive webhooks with Litestar."""

import uvicorn
from litestar import Litestar, Request, Response, post
from signature import PORT, status


@post("/webhooks")
async def hear(request: Request, body: bytes) -> Response[None]:
    """Take a webhook."""
    return Response(None, status_code=status(body, request.headers.get("X-Content-Signature")))


uvicorn.run(Litestar([hear]), port=PORT)
