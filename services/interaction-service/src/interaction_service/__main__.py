"""`python -m interaction_service [migrate]`."""

from __future__ import annotations

from hamdel.http import main
from interaction_service.main import definition
from interaction_service.settings import InteractionSettings

if __name__ == "__main__":
    main(definition, settings_type=InteractionSettings)
