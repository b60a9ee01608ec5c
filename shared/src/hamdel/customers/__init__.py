"""Which customers exist, for every service that refers to them: a projection of profile.events, and whom to ask."""

from hamdel.customers.directory import CustomerDirectory, Recall, UnreachableError
from hamdel.customers.following import REMEMBER_CUSTOMERS
from hamdel.customers.wiring import customer_directory, directory_of

__all__ = [
    "REMEMBER_CUSTOMERS",
    "CustomerDirectory",
    "Recall",
    "UnreachableError",
    "customer_directory",
    "directory_of",
]
