"""A small HTTP/1.1 load generator: N keep-alive connections, each sends its next request when the answer is in.

It runs in a process of its own and speaks to loopback only, for a bounded time. Answers must carry Content-Length;
any status other than the expected one is counted as a failure and makes the figure worthless.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import cast

import uvloop

__all__ = ["LoadResult", "Request", "measure", "request_bytes"]


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire, built once."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class LoadResult:
    """Rates per second; latencies in milliseconds."""

    requests: int
    failures: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests answered as expected, per second."""
        return (self.requests - self.failures) / self.seconds


def request_bytes(request: Request, host: str) -> bytes:
    """The wire form of a request."""
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body or request.method != "GET":
        lines.append(f"Content-Length: {len(request.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + request.body


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], deadline: float, done: asyncio.Future[None], expect: bytes) -> None:
        self.requests, self.deadline, self.done, self.expect = requests, deadline, done, expect
        self.latencies: list[float] = []
        self.failures = 0
        self.buffer = b""
        self.missing = -1
        self.started = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        self.started = time.perf_counter()
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        if self.missing < 0:
            self.buffer += data
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._read_head(self.buffer[:end].lower(), len(self.buffer) - end - 4)
        else:
            self.missing -= len(data)
        if self.missing == 0:
            self._answered()

    def _read_head(self, head: bytes, have: int) -> None:
        if not head.startswith(b"http/1.1 " + self.expect):
            self.failures += 1
        at = head.find(b"content-length:")
        end = head.find(b"\r\n", at)
        self.missing = int(head[at + 15 : end if end >= 0 else None]) - have if at >= 0 else 0
        self.buffer = b""

    def _answered(self) -> None:
        now = time.perf_counter()
        self.latencies.append(now - self.started)
        self.missing = -1
        if now < self.deadline:
            self._send()
        elif not self.done.done():
            self.done.set_result(None)
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.failures += 1
            self.done.set_result(None)


async def _drive(
    port: int, wires: list[bytes], connections: int, seconds: float, expect: bytes
) -> tuple[list[float], int, float]:
    loop = asyncio.get_running_loop()

    def cycle(start: int) -> Iterator[bytes]:
        at = start
        while True:
            yield wires[at % len(wires)]
            at += connections

    started = time.perf_counter()
    protocols = []
    for index in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        protocol = _Connection(cycle(index), started + seconds, done, expect)
        await loop.create_connection(lambda p=protocol: p, "127.0.0.1", port)  # type: ignore[misc]
        protocols.append(protocol)
    await asyncio.wait_for(asyncio.gather(*(p.done for p in protocols)), seconds + 30)
    elapsed = time.perf_counter() - started
    latencies = [value for p in protocols for value in p.latencies]
    return latencies, sum(p.failures for p in protocols), elapsed


def _run(
    port: int, wires: list[bytes], connections: int, seconds: float, expect: bytes
) -> tuple[list[float], int, float]:
    return uvloop.run(_drive(port, wires, connections, seconds, expect))


def measure(
    port: int,
    requests: list[Request],
    *,
    connections: int = 32,
    seconds: float = 5.0,
    expect: int = 200,
    progress: Callable[[str], None] | None = None,
    warm_up: list[Request] | None = None,
) -> LoadResult:
    """Sends the requests round robin to a loopback port for `seconds`, from a separate process. `warm_up`: others to
    begin with, where a request must not be sent twice."""
    wires = [request_bytes(request, f"127.0.0.1:{port}") for request in requests]
    first = wires if warm_up is None else [request_bytes(request, f"127.0.0.1:{port}") for request in warm_up]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        warm = pool.submit(_run, port, first, connections, min(1.0, seconds / 4), str(expect).encode())
        warm.result()
        latencies, failures, elapsed = pool.submit(
            _run, port, wires, connections, seconds, str(expect).encode()
        ).result()
    ordered = sorted(latencies)
    result = LoadResult(
        len(ordered),
        failures,
        elapsed,
        ordered[len(ordered) // 2] * 1000,
        ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
    )
    if progress:
        progress(f"{result.rate:,.0f}/s, p50 {result.p50_ms:.1f} ms, p99 {result.p99_ms:.1f} ms, {failures} failures")
    return result
