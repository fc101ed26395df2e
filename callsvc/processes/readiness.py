"""Asking a process whether it is ready, until it says yes or its time is up."""

import http.client
import socket
from urllib.parse import urlsplit


def answers(address: str, *, timeout_s: float = 1.0) -> bool:
    """True when the server at this address is ready; never raises.

    ``http://host:port/path`` must answer 200; ``redis://host:port/n`` must answer PING.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    try:
        if parts.scheme == "redis":
            return _pongs(host, port, timeout_s)
        connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return False


def _pongs(host: str, port: int, timeout_s: float) -> bool:
    with socket.create_connection((host, port), timeout=timeout_s) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
