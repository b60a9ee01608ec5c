"""Which routes take the short way, and that a request which does not fit is told so by the long one."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from hamdel.http import PageQuery, Router
from hamdel.http.quick import short_way
from hamdel.http.routing import Route


class Body(BaseModel):
    number: int


async def plain(request: Request, customer_id: UUID, body: Body) -> Response:
    return Response(f"{customer_id.int} {body.number}")


async def with_a_query(request: Request, body: Body, paging: PageQuery) -> Response:
    return Response()


async def without_a_body(request: Request, customer_id: UUID) -> Response:
    return Response()


async def of_a_model(body: Body) -> Body:
    return body


def asking(customer_id: str, body: object) -> Request:
    request = Request({"type": "http", "path_params": {"customer_id": customer_id}, "headers": []})
    request._json = body
    return request


def route_of(endpoint: object) -> Route:
    router = Router()
    router.add_api_route("/v1/{customer_id}", endpoint, methods=["POST"])  # type: ignore[arg-type]
    (route,) = router.routes
    assert isinstance(route, Route)
    return route


def test_only_a_route_of_path_body_and_response_has_a_short_way() -> None:
    assert short_way(route_of(plain)) is not None
    assert short_way(route_of(with_a_query)) is None
    assert short_way(route_of(without_a_body)) is None
    assert short_way(route_of(of_a_model)) is None


async def test_the_short_way_calls_the_route_with_what_fastapi_would_have_given() -> None:
    short = short_way(route_of(plain))
    assert short is not None
    response = await short(asking(str(UUID(int=7)), {"number": "5"}))
    assert response is not None
    assert response.body == b"7 5"


async def test_what_does_not_fit_is_left_to_fastapi() -> None:
    short = short_way(route_of(plain))
    assert short is not None
    assert await short(asking("nobody", {"number": 5})) is None
    assert await short(asking(str(UUID(int=7)), {"number": "five"})) is None
    assert await short(asking(str(UUID(int=7)), None)) is None
