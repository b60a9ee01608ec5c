"""Who may do what, by operationId; an operation that is missing here fails the build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.http import OWN_IN_BODY, PUBLIC

__all__ = ["POLICY"]

_OFFICE: Final = frozenset({"admin", "manager"})
_WRITERS: Final = _OFFICE | {"agent", "service"}
_READERS: Final = _WRITERS | {"analyst"}

POLICY: Final[Mapping[str, frozenset[str]]] = {
    "create_survey": _OFFICE,
    "list_surveys": _READERS,
    "get_survey_schema": _READERS,
    "get_survey": _READERS,
    "update_survey": _OFFICE,
    "publish_survey": _OFFICE,
    "close_survey": _OFFICE,
    "list_survey_versions": _READERS,
    "get_survey_version": _READERS,
    "get_survey_completeness": _READERS,
    "get_survey_results": _READERS,
    "get_survey_crosstab": _READERS,
    "list_survey_responses": _READERS,
    "put_survey_response": _WRITERS | {OWN_IN_BODY},
    "get_survey_response": _READERS | {OWN_IN_BODY},
    "create_trigger": _OFFICE,
    "list_triggers": _READERS,
    "get_trigger": _READERS,
    "update_trigger": _OFFICE,
    "delete_trigger": _OFFICE,
    "invite_customers": _WRITERS,
    "list_invitations": _READERS,
    "create_survey_link": _OFFICE,
    "list_survey_links": _READERS,
    "get_survey_by_token": frozenset({PUBLIC}),
    "answer_survey_by_token": frozenset({PUBLIC}),
    "get_survey_asset": frozenset({PUBLIC}),
    "show_survey_page": frozenset({PUBLIC}),
    "send_survey_page": frozenset({PUBLIC}),
}
