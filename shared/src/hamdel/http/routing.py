"""Routers of a service. Each route first asks the guard, then reads its body, and only then runs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from hamdel.http.body import JsonRequest, refuse_nul
from hamdel.http.call import call_of
from hamdel.http.quick import short_way

__all__ = ["Route", "Router", "operation_name"]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def operation_name(route: APIRoute) -> str:
    """The operationId: the one given, else the name of the function."""
    return route.operation_id or route.name


class Route(APIRoute):
    """A route behind the guard. `openapi_extra={"x-max-body-bytes": n}` gives it a body limit of its own.

    (FastAPI's `max_body_size=` answers in plain text.)
    """

    def get_route_handler(self) -> Handler:
        """FastAPI's handler behind ours; called once for each place the route is mounted at."""
        handler = super().get_route_handler()
        operation, reads_json, short = operation_name(self), self.body_field is not None, short_way(self)
        limit = (self.openapi_extra or {}).get("x-max-body-bytes")

        async def handle(request: Request) -> Response:
            call = call_of(request)
            call.operation, call.max_body = operation, limit
            await call.guard.admit(request, call)
            refuse_nul(request)
            if reads_json:
                request = await JsonRequest.read(request, call)
                if short is not None and call.body and (response := await short(request)) is not None:
                    return response
            return await handler(request)

        return handle


class Router(APIRouter):
    """The APIRouter that services use: every route of it is a `Route`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("route_class", Route)
        options.setdefault("redirect_slashes", False)
        options.setdefault("generate_unique_id_function", operation_name)
        super().__init__(**options)
        self._included: list[Router] = []

    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Raises TypeError for a router whose routes would not be guarded."""
        if not isinstance(router, Router):
            raise TypeError("only a hamdel.http.Router can be included: its routes are guarded")
        self._included.append(router)
        super().include_router(router, **options)

    def operations(self) -> list[str]:
        """The operationIds of every route of this router and of those included, hidden ones as well."""
        own = [operation_name(route) for route in self.routes if isinstance(route, APIRoute)]
        return own + [name for router in self._included for name in router.operations()]
