"""Rules as tests write them."""

from __future__ import annotations

from typing import Any

from tests.services.interaction.support import Api

CALL: dict[str, Any] = {
    "code": "satisfaction-call",
    "on": "interaction.purchase_recorded",
    "when": {
        "all": [
            {"field": "total.currency", "op": "eq", "value": "IRR"},
            {"field": "total.amount", "op": "gt", "value": "1000000"},
        ]
    },
    "delay": {"days": 3},
    "action": {"kind": "create_task", "title": "Satisfaction call ({{total.amount}})", "owner_id": "agent-7"},
}


async def changed(api: Api, method: str, code: str, version: int, body: dict[str, Any]) -> Any:
    """The answer to a change by a manager."""
    return await api.call(method, f"/v1/rules/{code}", body, role="manager", headers={"If-Match": f'"{version}"'})
