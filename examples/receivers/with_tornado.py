"""Receive webhooks with Tornado."""

import asyncio

from signature import PORT, status
from tornado.web import Application, RequestHandler


class Webhooks(RequestHandler):
    """The address that webhooks come to."""

    def post(self) -> None:
        """Take a webhook."""
        self.set_status(status(self.request.body, self.request.headers.get("X-Content-Signature")))


async def main() -> None:
    """Listen for ever."""
    Application([("/webhooks", Webhooks)]).listen(PORT, "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
