"""Asking a process whether it is ready, with nothing but the standard library: this runs while everything starts."""

from __future__ import annotations

import http.client

from hamdel_cli.embedded.ports import LOOPBACK

__all__ = ["is_ready"]


def is_ready(port: int, timeout: float = 2.0) -> bool:
    """Whether `GET /health/ready` answers 200 within `timeout` seconds."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
