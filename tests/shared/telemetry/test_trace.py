"""Trace context goes through with and without an exporter."""

from __future__ import annotations

import io
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import orjson
import pytest

from hamdel.telemetry import AccessLog, HttpMetrics, Tracing, child_of, is_traceparent, new_traceparent

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


def test_a_child_keeps_trace_and_flags_and_has_a_span_of_its_own() -> None:
    child = child_of(PARENT)
    assert is_traceparent(child)
    assert (child[:36], child[52:]) == (PARENT[:36], "-00")
    assert child[36:52] != PARENT[36:52]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        PARENT.upper(),
        PARENT + "-x",
        PARENT + "\n",
    ],
)
def test_nonsense_starts_a_new_trace(value: str) -> None:
    assert not is_traceparent(value)
    assert is_traceparent(child_of(value))


def test_two_traces_differ() -> None:
    assert new_traceparent()[3:35] != new_traceparent()[3:35]


def test_spans_are_exported_where_an_endpoint_is_set() -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.path.encode() + self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, daemon=True).start()
    tracing = Tracing("sample-service", f"http://127.0.0.1:{server.server_port}")
    traceparent, span = tracing.begin(PARENT[:-2] + "01", "GET")
    assert span is not None
    tracing.end(span, "read_note", 200)
    tracing.stop()
    server.shutdown()
    server.server_close()
    assert traceparent[:36] == PARENT[:36]
    assert received[0].startswith(b"/v1/traces")


def test_without_an_endpoint_nothing_is_recorded() -> None:
    tracing = Tracing("sample-service")
    traceparent, span = tracing.begin(PARENT, "GET")
    assert (traceparent[:36], span, tracing.exports) == (PARENT[:36], None, False)


async def test_the_access_log_writes_one_json_object_a_line() -> None:
    stream = io.BytesIO()
    log = AccessLog(stream=stream)
    log.write({"event": "request", "status": 200})
    log.write({"event": "request", "status": 404})
    assert stream.getvalue() == b""
    log.flush()
    assert [orjson.loads(line)["status"] for line in stream.getvalue().splitlines()] == [200, 404]


def test_metrics_are_by_operation_and_status_class() -> None:
    metrics = HttpMetrics("sample-service")
    for status in (200, 201, 404):
        metrics.observe("write_note", status, 0.002)
    text = metrics.render().decode()
    label = 'operation="write_note",service="sample-service"'
    assert f'hamdel_http_requests_total{{{label},status="2xx"}} 2.0' in text
    assert f'hamdel_http_requests_total{{{label},status="4xx"}} 1.0' in text
    assert f'hamdel_http_request_seconds_bucket{{le="0.0025",{label}}} 3.0' in text
