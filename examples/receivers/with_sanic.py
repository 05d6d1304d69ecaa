"""Receive webhooks with Sanic."""

from sanic import HTTPResponse, Request, Sanic
from signature import PORT, status

app = Sanic("receiver")


@app.post("/webhooks")
async def hear(request: Request) -> HTTPResponse:
    """Take a webhook."""
    return HTTPResponse(status=status(request.body, request.headers.get("X-Content-Signature")))


app.run(port=PORT, single_process=True)
