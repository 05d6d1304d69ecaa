"""What the clients in Python share: where the service is, who they are, and what the person at the browser does."""

import os
from http.client import HTTPConnection
from urllib.parse import urlsplit

ROOT = os.environ.get("BOOKINGSYNC_URL", "http://127.0.0.1:8089")
CLIENT_ID = os.environ.get("BOOKINGSYNC_APP_ID", "democlientid")
CLIENT_SECRET = os.environ.get("BOOKINGSYNC_APP_SECRET", "democlientsecret")
CALLBACK = "http://localhost:3000/callback"
AUTHORIZE, TOKEN, ME = f"{ROOT}/oauth/authorize", f"{ROOT}/oauth/token", f"{ROOT}/api/v3/me"


def approve(page: str) -> str:
    """Agree on the page of consent, for account 1; return the address that the browser goes to then."""
    parts = urlsplit(page)
    connection = HTTPConnection(parts.netloc, timeout=10)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", parts.path, f"{parts.query}&decision=approve&account_id=1", form)
    return connection.getresponse().headers["Location"]
