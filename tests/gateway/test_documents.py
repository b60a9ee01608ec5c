"""The joined OpenAPI document."""

from __future__ import annotations

from typing import Any

from gateway.documentation import join
from tests.gateway.conftest import Client
from tests.gateway.peers import Peer


def document(path: str, operation: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A small document with one operation that answers with `Thing`."""
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": {"operationId": operation, "responses": {"200": answer}}}},
        "components": {"schemas": {"Thing": schema}},
    }


async def test_the_document_has_the_gateways_own_operation_and_the_services(
    gateway: Client, peers: dict[str, Peer]
) -> None:
    peers["profile"].openapi = document("/v1/customers", "list_customers", {"type": "object"})
    _, joined = await gateway.get("/openapi.json")
    assert joined["paths"]["/v1/customers"]["get"]["operationId"] == "list_customers"
    own = joined["paths"]["/v1/customers/{customer_id}/view"]["get"]
    assert own["operationId"] == "get_customer_view"
    assert own["security"] == [{"bearer": []}]


async def test_a_service_that_is_down_is_missing_from_the_document(gateway: Client, peers: dict[str, Peer]) -> None:
    peers["loyalty"].openapi = document("/v1/programs", "list_programs", {"type": "object"})
    await peers["profile"].stop()
    answer, joined = await gateway.get("/openapi.json")
    assert answer.status == 200
    assert "/v1/programs" in joined["paths"]


async def test_internal_routes_are_not_documented(gateway: Client, peers: dict[str, Peer]) -> None:
    peers["profile"].openapi = document("/internal/sections", "sections", {"type": "object"})
    _, joined = await gateway.get("/openapi.json")
    assert [path for path in joined["paths"] if not path.startswith("/v1/")] == []


async def test_the_documentation_page_needs_no_token(gateway: Client) -> None:
    gateway.bearer = None
    answer = await gateway.call("GET", "/docs")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_an_operation_id_that_is_taken_gets_the_services_name() -> None:
    own = document("/v1/a", "read", {"type": "object"})
    joined = join(own, {"loyalty": document("/v1/b", "read", {"type": "object"})})
    assert joined["paths"]["/v1/b"]["get"]["operationId"] == "loyalty_read"


def test_a_schema_name_that_is_taken_by_another_schema_is_renamed_with_its_references() -> None:
    own = document("/v1/a", "a", {"type": "object"})
    joined = join(own, {"loyalty": document("/v1/b", "b", {"type": "string"})})
    answer = joined["paths"]["/v1/b"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/loyalty_Thing"}
    assert joined["components"]["schemas"] == {"Thing": {"type": "object"}, "loyalty_Thing": {"type": "string"}}


def test_the_same_schema_is_shared() -> None:
    own = document("/v1/a", "a", {"type": "object"})
    joined = join(own, {"loyalty": document("/v1/b", "b", {"type": "object"})})
    assert list(joined["components"]["schemas"]) == ["Thing"]


def test_a_path_of_two_services_keeps_the_methods_of_both() -> None:
    own = document("/v1/a", "a", {"type": "object"})
    other = document("/v1/a", "b", {"type": "object"})
    other["paths"]["/v1/a"] = {"post": other["paths"]["/v1/a"]["get"]}
    joined = join(own, {"loyalty": other})
    assert {method: o["operationId"] for method, o in joined["paths"]["/v1/a"].items()} == {"get": "a", "post": "b"}
