"""A real survey-service process, and a real headless Chromium in front of it.

Playwright is imported inside the fixtures: who does not run `make test-browser` need not have it. Its event loop runs
as long as the browser does, so the browser ends with this folder's tests, and nothing here may call `asyncio.run`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.browser.served import Served
from tests.faults.mailing import free_port
from tests.support.databases import Databases
from tests.support.tokens import Tokens

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = os.environ.get("HAMDEL_TEST_CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE = {"width": 320, "height": 640}
SECONDS = 20
NO_BROKER = "127.0.0.1:1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def served(databases: Databases, token: Tokens, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service in a process of its own, on a fresh database; no broker is there."""
    database, port = databases.fresh("survey"), free_port()
    environment = {
        "HAMDEL_DATABASE_URL": database,
        "HAMDEL_JWKS_FILE": str(token.keys.jwks),
        "HAMDEL_SERVICE_TOKEN_FILE": str(token.keys.service_token),
        "HAMDEL_KAFKA_BOOTSTRAP": NO_BROKER,
        "HAMDEL_PORT": str(port),
        "HAMDEL_LOG_LEVEL": "ERROR",
    }
    log = tmp_path_factory.mktemp("served") / "log"
    with log.open("wb") as output, running(environment, output) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process, log)
        with httpx.Client(base_url=url, headers=token.bearer("admin"), timeout=SECONDS) as client:
            yield Served(url, client)
    databases.give_back(database)


@contextmanager
def running(environment: dict[str, str], output: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "survey_service"], env={**os.environ, **environment}, stdout=output, stderr=output
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(SECONDS)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers; fails with what it wrote where it ends instead."""
    deadline = time.monotonic() + SECONDS * 2
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"survey-service did not start:\n{log.read_text()}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, from Debian's package unless HAMDEL_TEST_CHROMIUM says where another one is."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(url)` → a page in a fresh context, in Persian; further arguments are Playwright's (`viewport=…`,
    `java_script_enabled=False`)."""
    contexts: list[BrowserContext] = []

    def make(url: str, **options: Any) -> Page:
        contexts.append(browser.new_context(**{"locale": "fa-IR", **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(url)
        return page

    yield make
    for context in contexts:
        context.close()
