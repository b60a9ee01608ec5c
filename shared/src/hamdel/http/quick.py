"""The short way of a well-formed request into its route: what FastAPI's general one takes for a path parameter and a
body is a tenth of a small request. Whatever does not fit goes FastAPI's way, which says what is wrong with it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["Short", "short_way"]

Short = Callable[[Request], Awaitable[Response | None]]
"""The answer of the route, or None where FastAPI has to look at the request; nothing has been called then."""

NEEDS_FASTAPI: Final = (
    "dependencies",
    "query_params",
    "header_params",
    "cookie_params",
    "websocket_param_name",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)


def short_way(route: APIRoute) -> Short | None:
    """For a route that takes nothing but the request, path parameters and one JSON model, and gives a Response."""
    dependant, endpoint = route.dependant, route.endpoint
    model = _model(route)
    if model is None or any(getattr(dependant, name) for name in NEEDS_FASTAPI) or not _answers_itself(endpoint):
        return None
    body_name, validator = dependant.body_params[0].name, model.__pydantic_validator__
    path, request_name = [(field.name, field.alias, field) for field in dependant.path_params], None
    if dependant.request_param_name:
        request_name = dependant.request_param_name

    async def call(request: Request) -> Response | None:
        values: dict[str, Any] = {request_name: request} if request_name else {}
        for name, alias, field in path:
            values[name], wrong = field.validate(request.path_params.get(alias), {}, loc=("path", alias))
            if wrong:
                return None
        try:
            values[body_name] = validator.validate_python(await request.json(), from_attributes=True)
        except ValidationError:
            return None
        response: Response = await endpoint(**values)
        return response

    return call


def _model(route: APIRoute) -> type[BaseModel] | None:
    if len(route.dependant.body_params) != 1 or route.body_field is not route.dependant.body_params[0]:
        return None
    annotation = route.body_field.field_info.annotation
    return annotation if inspect.isclass(annotation) and issubclass(annotation, BaseModel) else None


def _answers_itself(endpoint: Callable[..., Any]) -> bool:
    given = get_type_hints(endpoint).get("return")
    return inspect.iscoroutinefunction(endpoint) and inspect.isclass(given) and issubclass(given, Response)
