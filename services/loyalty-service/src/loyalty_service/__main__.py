"""`python -m loyalty_service` serves, `python -m loyalty_service migrate` migrates its database."""

from hamdel.http import main
from loyalty_service.main import definition
from loyalty_service.settings import Settings

if __name__ == "__main__":
    main(definition, settings_type=Settings)
