"""The one directory of a process: made before the first request, found by routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from hamdel.customers.client import ProfileClient
from hamdel.customers.directory import CustomerDirectory
from hamdel.http.services import Services, services_of

__all__ = ["customer_directory", "directory_of"]


@asynccontextmanager
async def customer_directory(services: Services) -> AsyncIterator[None]:
    """A lifespan that makes the directory which routes find in `services.extras`."""
    services.extras["customers"] = CustomerDirectory(ProfileClient(services))
    yield


def directory_of(request: Request) -> CustomerDirectory:
    """The directory of this process."""
    directory: CustomerDirectory = services_of(request).extras["customers"]
    return directory
