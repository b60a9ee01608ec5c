"""Which customers exist, for every service that refers to them: a projection of profile.events, and whom to ask."""

from hamdel.customers.client import post_to_profile
from hamdel.customers.contacts import Contact, ContactQuestion, ContactsClient, consent_channel
from hamdel.customers.directory import CustomerDirectory, Recall, UnreachableError
from hamdel.customers.following import REMEMBER_CUSTOMERS
from hamdel.customers.wiring import customer_directory, directory_of

__all__ = [
    "REMEMBER_CUSTOMERS",
    "Contact",
    "ContactQuestion",
    "ContactsClient",
    "CustomerDirectory",
    "Recall",
    "UnreachableError",
    "consent_channel",
    "customer_directory",
    "directory_of",
    "post_to_profile",
]
