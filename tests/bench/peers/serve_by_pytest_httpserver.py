"""Serve a record as a test that uses pytest-httpserver does; run by the Python that has the package.

python serve_by_pytest_httpserver.py PORT RECORD_FILE
"""

import json
import sys
from pathlib import Path
from threading import Event

from pytest_httpserver import HTTPServer

server = HTTPServer("127.0.0.1", int(sys.argv[1]))
server.expect_request("/conversations/1").respond_with_json(json.loads(Path(sys.argv[2]).read_text()))
server.start()
Event().wait()
