"""Receive webhooks with Quart."""

from quart import Quart, request
from signature import PORT, status

app = Quart(__name__)


@app.post("/webhooks")
async def hear() -> tuple[str, int]:
    """Take a webhook."""
    return "", status(await request.get_data(), request.headers.get("X-Content-Signature"))


app.run(port=PORT)
