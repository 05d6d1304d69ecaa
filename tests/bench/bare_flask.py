"""What the fake is measured against: one Flask view that returns a file's bytes, on cheroot or on the fake's own server.

python bare_flask.py PORT_FILE BODY_FILE CONTENT_TYPE cheroot|own [PORT]
"""

import sys
from pathlib import Path

from flask import Flask, Response, request

PORT_FILE, BODY_FILE, CONTENT_TYPE, SERVER = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
PORT = int(sys.argv[5]) if len(sys.argv) > 5 else 0

app = Flask(__name__, static_folder=None)
BODY = BODY_FILE.read_bytes()


@app.get("/")
def view() -> Response:
    return Response(BODY, content_type=CONTENT_TYPE)


@app.post("/")
def create() -> Response:
    request.get_json(force=True)
    return Response(BODY, 201, content_type=CONTENT_TYPE)


def tell(port: int) -> None:
    """Write the port that was bound."""
    beginning = PORT_FILE.with_suffix(".tmp")
    beginning.write_text(f"{port}\n")
    beginning.replace(PORT_FILE)


def serve_on_cheroot() -> None:
    from cheroot.wsgi import Server

    server = Server(("127.0.0.1", PORT), app, numthreads=32, server_name="bare", request_queue_size=128, timeout=60, shutdown_timeout=1)
    server.prepare()
    tell(server.bind_addr[1])
    server.serve()


def serve_on_own() -> None:
    from inbox_mock.serving.http_server import HttpServer
    from inbox_mock.serving.listening import listen

    server = HttpServer(listen("127.0.0.1", PORT), app)
    tell(server.address[1])
    server.serve()


if __name__ == "__main__":
    {"cheroot": serve_on_cheroot, "own": serve_on_own}[SERVER]()
