"""P1: the projected view through the gateway, beside FastAPI answering the same bytes and the usual httpx fan-out."""

from __future__ import annotations

import random
import tempfile
import urllib.request
from pathlib import Path

from benchmarks.environment import Stack, constant_rate, floor_server, say
from benchmarks.load import LoadResult, Request, measure
from benchmarks.report import Figure

__all__ = ["view_figures"]

SERVICES = ("profile-service", "interaction-service", "survey-service", "loyalty-service")


def _sample(stack: Stack, customer: str, token: str) -> Path:
    request = urllib.request.Request(
        f"http://127.0.0.1:{stack.gateway_port}/v1/customers/{customer}/view",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer, tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(answer.read())
        return Path(file.name)


def _fanout(stack: Stack, customers: list[str]) -> LoadResult:
    upstreams = ",".join(f"http://127.0.0.1:{stack.port(name)}/internal/sections" for name in SERVICES)
    authorization = f"Bearer {stack.token('service')}"
    requests = [Request("GET", f"/view/{customer}") for customer in customers[:500]]
    with floor_server("httpx_fanout", FLOOR_UPSTREAMS=upstreams, FLOOR_AUTHORIZATION=authorization) as port:
        return measure(port, requests, seconds=5)


def view_figures(stack: Stack, customers: list[str]) -> list[Figure]:
    """Ratio to both floors and the p99, 32 connections, ids in random order."""
    token = stack.token("agent")
    body = _sample(stack, customers[0], token)
    floor = constant_rate("fastapi_bytes", body)
    headers = (("Authorization", f"Bearer {token}"),)
    chosen = random.Random(7).sample(customers, min(len(customers), 50_000))
    requests = [Request("GET", f"/v1/customers/{customer}/view", headers) for customer in chosen]
    ours = measure(stack.gateway_port, requests, seconds=8)
    bare = constant_rate("bare_asgi", body)
    fanout = _fanout(stack, customers)
    size = body.stat().st_size
    body.unlink()
    say(f"P1 {ours.rate:,.0f}/s, FastAPI bytes {floor:,.0f}/s, bare {bare:,.0f}/s, httpx fan-out {fanout.rate:,.1f}/s")
    work = f"GET …/view with a JWT, 32 connections, {len(customers):,} customers, {size:,} bytes"
    rate = f"{ours.rate:,.0f}/s, p50 {ours.p50_ms:.1f} ms, p99 {ours.p99_ms:.1f} ms"
    ratio, to_fanout = ours.rate / floor, ours.rate / fanout.rate
    clean = not ours.failures
    return [
        Figure(
            "P1",
            work,
            rate,
            f"FastAPI, same bytes: {floor:,.0f}/s",
            f"{ratio:.2f}",
            "≥ 1.0",
            ratio >= 1.0 and clean,
        ),
        Figure(
            "P1",
            "the same",
            rate,
            f"httpx fan-out to the four services: {fanout.rate:,.1f}/s",
            f"{to_fanout:,.0f}",
            "≥ 50",
            to_fanout >= 50 and clean,
        ),
        Figure("P1", "the same, p99", f"{ours.p99_ms:.1f} ms", "", "", "≤ 10 ms", ours.p99_ms <= 10),
        Figure("P1", "the same", rate, f"bare ASGI, same bytes: {bare:,.0f}/s", f"{ours.rate / bare:.2f}", "", None),
    ]
