"""What the load generator reaches at most: answer the same bytes to whatever comes, without reading it, a process a connection.

python serve_bytes.py PORT
"""

import os
import signal
import socket
import sys

BODY = b"x" * 1_400
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64) as listening:
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while connection.recv(65_536):
                connection.sendall(ANSWER)
            os._exit(0)
        connection.close()
