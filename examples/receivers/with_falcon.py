"""Receive webhooks with Falcon."""

from wsgiref.simple_server import make_server

import falcon
from signature import PORT, status


class Webhooks:
    """The address that webhooks come to."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Take a webhook."""
        body = req.bounded_stream.read()
        resp.status = status(body, req.get_header("X-Content-Signature"))


app = falcon.App()
app.add_route("/webhooks", Webhooks())
make_server("127.0.0.1", PORT, app).serve_forever()
