"""PostgreSQL: the engine, the unit of work (the only place that commits), and the migrations runner."""

from hamdel.database.engine import DatabaseSettings, create_engine, plain_url
from hamdel.database.streams import Families, families, families_of, family_of, roots
from hamdel.database.unit_of_work import Sequences, UnitOfWork, UnitOfWorkFactory

__all__ = [
    "DatabaseSettings",
    "Families",
    "Sequences",
    "UnitOfWork",
    "UnitOfWorkFactory",
    "create_engine",
    "families",
    "families_of",
    "family_of",
    "plain_url",
    "roots",
]
