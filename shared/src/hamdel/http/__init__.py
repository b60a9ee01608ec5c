"""The HTTP door of a service: application, routers, problems, authentication, commands."""

from hamdel.http.app import create_app
from hamdel.http.auth import (
    OWN_IN_BODY,
    PUBLIC,
    KeySet,
    Principal,
    TokenVerifier,
    generate_key_pair,
    issue_token,
    require_own,
)
from hamdel.http.call import SOURCE_PATTERN, call_context, call_of, outgoing_headers, principal_of
from hamdel.http.commands import command, query
from hamdel.http.cursors import cut_page, decode_cursor, encode_cursor
from hamdel.http.definition import ServiceDefinition
from hamdel.http.etag import check_version, etag, require_if_match
from hamdel.http.problem import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidValue,
    Malformed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    ProblemError,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from hamdel.http.responses import Answer, JsonBytes, json_bytes
from hamdel.http.routing import Router
from hamdel.http.schemas import BigInt, Page, PageQuery, Paging, RequestModel, ResponseModel
from hamdel.http.server import main
from hamdel.http.services import Services, services_of
from hamdel.http.settings import ServiceSettings

__all__ = [
    "OWN_IN_BODY",
    "PUBLIC",
    "SOURCE_PATTERN",
    "Answer",
    "BigInt",
    "Conflict",
    "FieldError",
    "Forbidden",
    "InvalidValue",
    "JsonBytes",
    "KeySet",
    "Malformed",
    "NotFound",
    "Page",
    "PageQuery",
    "Paging",
    "PreconditionFailed",
    "PreconditionRequired",
    "Principal",
    "ProblemError",
    "RequestModel",
    "ResponseModel",
    "Router",
    "ServiceDefinition",
    "ServiceSettings",
    "Services",
    "TokenVerifier",
    "TooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "UnsupportedMediaType",
    "call_context",
    "call_of",
    "check_version",
    "command",
    "create_app",
    "cut_page",
    "decode_cursor",
    "encode_cursor",
    "etag",
    "generate_key_pair",
    "issue_token",
    "json_bytes",
    "main",
    "outgoing_headers",
    "principal_of",
    "query",
    "require_if_match",
    "require_own",
    "services_of",
]
