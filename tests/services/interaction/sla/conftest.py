"""The house that the tests of clocks work in."""

from tests.services.interaction.sla.cases import house

__all__ = ["house"]
