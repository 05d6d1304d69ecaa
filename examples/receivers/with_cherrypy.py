"""Receive webhooks with CherryPy."""

import cherrypy
from signature import PORT, status


class Receiver:
    """The address that webhooks come to."""

    @cherrypy.expose
    def webhooks(self) -> None:
        """Take a webhook."""
        body = cherrypy.request.body.read()
        cherrypy.response.status = status(body, cherrypy.request.headers.get("X-Content-Signature"))


cherrypy.config.update({"server.socket_port": PORT})
cherrypy.quickstart(Receiver())
