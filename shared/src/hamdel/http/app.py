"""The application of a service, made from its definition."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from hamdel.http.auth import KeySet, Policy, TokenVerifier, check_policy
from hamdel.http.call import call_of
from hamdel.http.definition import ServiceDefinition
from hamdel.http.edge import Edge
from hamdel.http.failures import HANDLED, problem_of
from hamdel.http.guard import Guard
from hamdel.http.health import add_public_routes
from hamdel.http.internal import INTERNAL_POLICY, internal_router
from hamdel.http.lifespan import service_lifespan
from hamdel.http.openapi import openapi_of
from hamdel.http.render import problem_response
from hamdel.http.routing import Router
from hamdel.http.settings import ServiceSettings
from hamdel.telemetry import AccessLog, HttpMetrics, Tracing

__all__ = ["create_app"]


def create_app(definition: ServiceDefinition, settings: ServiceSettings) -> FastAPI:
    """The ASGI application; nothing is connected before its lifespan starts.

    Raises RuntimeError naming an operation without a policy entry, a policy entry without an operation, two operations
    of one name, or a router that is not guarded.
    """
    routers = list(definition.routers)
    policy = dict(definition.policy)
    if definition.renderer is not None:
        routers.append(internal_router(definition.renderer))
        policy |= INTERNAL_POLICY
    _check(definition.service, routers, policy)
    keys = KeySet(file=settings.jwks_file, url=settings.jwks_url)
    verifier = TokenVerifier(keys, issuer=settings.jwt_issuer, audience=settings.jwt_audience)
    metrics = HttpMetrics(definition.service)
    app = FastAPI(
        title=definition.title,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        lifespan=service_lifespan(definition, settings, verifier, metrics),
    )
    for router in routers:
        # Not include_router: FastAPI then keeps the tree and matches each request twice, a tenth of a small request.
        app.router.routes.extend(router.routes)
    for kind in HANDLED:
        app.add_exception_handler(kind, _render)
    _wrap(app, definition, settings, Guard(verifier, Policy(policy)), metrics)
    add_public_routes(app, lambda: openapi_of(app, definition))
    return app


def _wrap(
    app: FastAPI, definition: ServiceDefinition, settings: ServiceSettings, guard: Guard, metrics: HttpMetrics
) -> None:
    for layer in reversed(definition.middleware):
        app.add_middleware(layer.cls, *layer.args, **layer.kwargs)
    tracing = Tracing(definition.service, settings.otlp_endpoint)
    access_log = AccessLog(enabled=settings.log_level.upper() in {"DEBUG", "INFO"})
    app.add_middleware(
        Edge,
        service=definition.service,
        guard=guard,
        metrics=metrics,
        tracing=tracing,
        access_log=access_log,
        max_body_bytes=settings.max_body_bytes,
    )


def _check(service: str, routers: list[Router], policy: dict[str, Any]) -> None:
    for router in routers:
        if not isinstance(router, Router):
            raise RuntimeError(f"{service}: a router is not a hamdel.http.Router, its routes would not be guarded")
    names = Counter(name for router in routers for name in router.operations())
    doubled = sorted(name for name, count in names.items() if count > 1)
    if doubled:
        raise RuntimeError(f"{service}: operations of the same name: {', '.join(doubled)}")
    check_policy(service, policy, names)


async def _render(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem is None:
        raise error
    call = call_of(request)
    return problem_response(problem, call.request_id, persian=call.persian)
