"""`python -m profile_service [migrate]`."""

from __future__ import annotations

from hamdel.http import main
from profile_service.main import definition
from profile_service.settings import ProfileSettings

if __name__ == "__main__":
    main(definition, settings_type=ProfileSettings)
