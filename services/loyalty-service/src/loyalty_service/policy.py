"""Who may do what, by operationId; one that is missing here fails the build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.http import OWN_IN_BODY

__all__ = ["POLICY"]

_MANAGERS: Final = frozenset({"admin", "manager"})
_STAFF: Final = _MANAGERS | {"agent", "service"}
_READERS: Final = _STAFF | {"analyst"}

POLICY: Final[Mapping[str, frozenset[str]]] = {
    "create_program": _MANAGERS,
    "list_programs": _READERS,
    "get_program": _READERS,
    "update_program": _MANAGERS,
    "create_earning_rule": _MANAGERS,
    "try_earning_rule": _MANAGERS,
    "list_earning_rules": _READERS,
    "get_earning_rule": _READERS,
    "list_earning_rule_versions": _READERS,
    "replace_earning_rule": _MANAGERS,
    "retire_earning_rule": _MANAGERS,
    "quote_purchase": _READERS | {"customer"},
    "enrol_member": _STAFF | {"customer"},
    "issue_card": _STAFF,
    "get_member": _READERS | {"customer"},
    "list_entries": _READERS | {"customer"},
    "adjust_points": _MANAGERS | {"agent"},
    "list_adjustments": _READERS,
    "get_adjustment": _READERS,
    "approve_adjustment": _MANAGERS,
    "reject_adjustment": _MANAGERS,
    "create_reward": _MANAGERS,
    "list_rewards": _READERS | {OWN_IN_BODY},
    "get_reward": _READERS | {OWN_IN_BODY},
    "change_reward": _MANAGERS,
    "retire_reward": _MANAGERS,
    "redeem": _STAFF | {"customer"},
    "list_redemptions": _READERS | {"customer"},
    "get_redemption": _READERS | {"customer"},
    "capture_redemption": _STAFF | {"customer"},
    "release_redemption": _STAFF | {"customer"},
    "get_voucher": _STAFF,
    "use_voucher": _STAFF,
    "put_tiers": _MANAGERS,
    "get_tiers": _READERS | {OWN_IN_BODY},
    "try_tiers": _MANAGERS,
    "put_tier_floor": _MANAGERS,
    "get_tier_floor": _READERS,
    "verify_ledger": frozenset({"service"}),
    "get_liability": _MANAGERS | {"analyst", "service"},
}
