"""`python -m survey_service` serves, `python -m survey_service migrate` migrates its database."""

from hamdel.http import main
from survey_service.main import definition
from survey_service.settings import Settings

if __name__ == "__main__":
    main(definition, settings_type=Settings)
