"""PostgreSQL: the engine, the unit of work (the only place that commits), and the migrations runner."""

from hamdel.database.engine import DatabaseSettings, create_engine, plain_url
from hamdel.database.unit_of_work import Sequences, UnitOfWork, UnitOfWorkFactory

__all__ = ["DatabaseSettings", "Sequences", "UnitOfWork", "UnitOfWorkFactory", "create_engine", "plain_url"]
