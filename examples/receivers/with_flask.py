"""Receive webhooks with Flask."""

from flask import Flask, request
from signature import PORT, status

app = Flask(__name__)


@app.post("/webhooks")
def hear() -> tuple[str, int]:
    """Take a webhook."""
    return "", status(request.get_data(), request.headers.get("X-Content-Signature"))


app.run(port=PORT)
