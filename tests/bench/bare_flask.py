"""What the fake is measured against: one Flask view that returns a file's bytes, on the fake's server with the fake's settings.

python bare_flask.py PORT_FILE BODY_FILE CONTENT_TYPE
"""

import sys
from pathlib import Path

from cheroot.wsgi import Server
from flask import Flask, Response

PORT_FILE, BODY_FILE, CONTENT_TYPE = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

app = Flask(__name__, static_folder=None)
BODY = BODY_FILE.read_bytes()


@app.get("/")
def view() -> Response:
    return Response(BODY, content_type=CONTENT_TYPE)


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), app, numthreads=32, server_name="bare", request_queue_size=128, timeout=60, shutdown_timeout=1)
    server.prepare()
    beginning = PORT_FILE.with_suffix(".tmp")
    beginning.write_text(f"{server.bind_addr[1]}\n")
    beginning.replace(PORT_FILE)
    server.serve()
