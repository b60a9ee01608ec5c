"""Who may do what, by operationId."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["POLICY"]

_WRITERS: Final = frozenset({"admin", "manager", "agent", "service"})
_READERS: Final = _WRITERS | {"analyst"}

POLICY: Final[Mapping[str, frozenset[str]]] = {
    "create_customer": _WRITERS,
    "update_customer": _WRITERS,
    "resolve_identifiers": _WRITERS,
    "add_identifier": _WRITERS,
    "remove_identifier": _WRITERS,
    "list_identifier_types": _READERS,
    "search_customers": _READERS,
    "get_customer": _READERS | {"customer"},
    "get_customer_by_identifier": _READERS,
    "get_customer_history": _READERS,
    "put_consent": _WRITERS | {"customer"},
    "confirm_consent": _WRITERS | {"customer"},
    "list_consents": _READERS | {"customer"},
    "list_consent_history": _READERS | {"customer"},
    "prove_consents": _READERS | {"customer"},
    "get_can_contact": _READERS | {"customer"},
    "restore_customer_field": _WRITERS,
    "get_customer_by_code": _READERS,
    "list_stale_customers": _READERS,
    "archive_customer": _WRITERS,
    "restore_customer": _WRITERS,
    "verify_customer": _WRITERS,
    "add_membership": _WRITERS,
    "end_membership": _WRITERS,
    "list_memberships": _READERS | {"customer"},
    "list_members": _READERS,
    "get_attribute_schema": _READERS,
    "list_duplicates": _WRITERS,
    "dismiss_duplicate": _WRITERS,
    "scan_duplicates": frozenset({"admin", "manager", "service"}),
    "get_duplicate_scan": frozenset({"admin", "manager", "service"}),
    "set_attribute_schema": frozenset({"admin"}),
    "merge_customers": _WRITERS,
    "unmerge_customers": _WRITERS,
    "list_merges": _READERS,
    "known_customers": frozenset({"service"}),
    "contacts_of_customers": frozenset({"service"}),
    "attributes_of_customers": frozenset({"service"}),
    "customers_by_birthday": frozenset({"service"}),
}
