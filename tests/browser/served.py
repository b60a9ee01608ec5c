"""The running service, as its staff use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

__all__ = ["Served"]


@dataclass(frozen=True)
class Served:
    """Where it listens, and a client of the staff."""

    url: str
    client: httpx.Client

    def survey(self, definition: dict[str, Any]) -> str:
        """The id of a new, published survey."""
        made = self.client.post("/v1/surveys", json=definition)
        assert made.status_code == 201, made.text
        survey_id: str = made.json()["id"]
        assert self.client.post(f"/v1/surveys/{survey_id}/publish").status_code == 200
        return survey_id

    def link(self, survey_id: str, **limits: Any) -> str:
        """The address of a new link for many."""
        made = self.client.post(f"/v1/surveys/{survey_id}/links", json=limits)
        assert made.status_code == 201, made.text
        return f"{self.url}{made.json()['path']}"

    def answers(self, survey_id: str) -> list[dict[str, Any]]:
        """The answers of the survey's responses, the newest first."""
        found = self.client.get(f"/v1/surveys/{survey_id}/responses")
        assert found.status_code == 200, found.text
        return [one["answers"] for one in found.json()["items"]]
