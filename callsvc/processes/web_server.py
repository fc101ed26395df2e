"""Gunicorn's settings for the ``web`` process: ``gunicorn --config python:callsvc.processes.web_server``.

The threads and the address stand on the command line, in the Procfile, where an operator looks for them.
"""

import os
from typing import Any

from callsvc.processes.tether import end_with_parent

keepalive = 75  # the carrier posts every webhook of a call over few connections
timeout = 60
graceful_timeout = 2  # then the rest is cut: each request is one transaction, and the carrier asks again
accesslog = None  # its lines would hold addresses of pages about people
errorlog = "-"
loglevel = "warning"
capture_output = False
control_socket_disable = True  # one installation, one supervisor: nobody else steers the server
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - heartbeats off the disk


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001
    """A killed master must not leave a worker behind that still holds the port."""
    end_with_parent(worker.ppid)
