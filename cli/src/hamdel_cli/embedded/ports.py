"""TCP ports on the loopback interface: which are free, and whose they are while a stack starts."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil

__all__ = ["LOOPBACK", "PortClaims", "free_ports", "is_free", "listening", "listens"]

LOOPBACK = "127.0.0.1"


class PortClaims:
    """Ports that one supervisor has for itself, from before its children listen until `close` or its death.

    Two stacks that start in one moment would both find the same port free. A claim is a lock on a file per port, in a
    folder of this user: the kernel frees it with the process.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir()) / f"hamdel-ports-{os.getuid()}"
        self._held = ExitStack()
        self._ports: set[int] = set()

    def claim(self, port: int) -> bool:
        """Whether the port is ours now: nobody listens on it and no other supervisor has claimed it."""
        if port in self._ports:
            return True
        self._folder.mkdir(mode=0o700, exist_ok=True)
        file = (self._folder / str(port)).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        if not is_free(port):
            file.close()
            return False
        self._held.enter_context(file)
        self._ports.add(port)
        return True

    def claim_free(self, count: int) -> list[int]:
        """`count` ports that were free, claimed."""
        claimed: list[int] = []
        while len(claimed) < count:
            claimed += [port for port in free_ports(count - len(claimed)) if self.claim(port)]
        return claimed

    def close(self) -> None:
        """Gives all of them back."""
        self._held.close()
        self._ports.clear()


def free_ports(count: int) -> list[int]:
    """`count` different ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def listening(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def listens(pid: int, port: int) -> bool:
    """Whether it is exactly this process (of our own user) that listens on the port."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections)
