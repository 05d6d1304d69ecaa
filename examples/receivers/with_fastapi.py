"""Receive webhooks with FastAPI."""

import uvicorn
from fastapi import FastAPI, Request, Response
from signature import PORT, status

app = FastAPI()


@app.post("/webhooks")
async def hear(request: Request) -> Response:
    """Take a webhook."""
    body = await request.body()
    return Response(status_code=status(body, request.headers.get("X-Content-Signature")))


uvicorn.run(app, port=PORT)
