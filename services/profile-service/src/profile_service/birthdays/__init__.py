"""Whose birthday is on a day, for the services that have a reason to ask; the dates themselves stay here."""
