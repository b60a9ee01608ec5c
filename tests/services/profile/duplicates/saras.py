"""Sara, who is entered more than once, and the searches that find her."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.profile.support import Api

SARA = {
    "name": {"given": "Sara", "family": "Rezaei"},
    "birth_date": "1990-05-17",
    "address": {"line1": "12 Hafez Street", "city": "Shiraz", "postal_code": "7134512345"},
}


def sara(**changes: Any) -> dict[str, Any]:
    """Sara once more, with what is different."""
    phone = changes.pop("phone", "+989121234567")
    return {**SARA, "identifiers": [{"type": "phone", "value": phone}], **changes}


async def a_pair(api: Api) -> dict[str, Any]:
    """Two records of Sara, suggested."""
    await api.create(**sara())
    await api.create(**sara())
    [found] = await waited(api, items=1)
    return found


async def scanned(api: Api) -> dict[str, Any]:
    """A scan to its end."""
    answer = await api.call("POST", "/v1/duplicates/scan")
    assert answer.status_code == 202, answer.text
    scan: dict[str, Any] = answer.json()
    async with asyncio.timeout(30):
        while scan["status"] in ("queued", "running"):
            await asyncio.sleep(0.1)
            scan = (await api.get(f"/v1/duplicates/scans/{scan['id']}")).json()
    return scan


async def waited(api: Api, path: str = "/v1/duplicates", *, items: int) -> list[dict[str, Any]]:
    """The list once it has that many items: the search after a change runs by itself."""
    async with asyncio.timeout(15):
        while True:
            found: list[dict[str, Any]] = (await api.get(path)).json()["items"]
            waiting = (await api.rows("SELECT count(*) FROM duplicate_queue"))[0][0]
            if len(found) == items and not waiting:
                return found
            await asyncio.sleep(0.1)
