"""What holds for every test, and the browser and the server that some use."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from faultcast.errors import PostgresMissingError
from faultcast.tracking import server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No test asserts seconds: an example may be slow on a busy machine.
settings.register_profile("faultcast", parent=settings(), deadline=None)
settings.load_profile("faultcast")

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium; `browser.new_page()` opens a page with no past.

    It lasts for a module, no longer: while it is there, Playwright holds the thread's event loop,
    and another test's `asyncio.run` would fail.
    """
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("there is no Chromium here: install Debian's package chromium")
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs what a container and root do not have.
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def tracking_server() -> Iterator[server.MlflowServer]:
    """Return a running MLflow server on a PostgreSQL of its own; `uri` is its address.

    It is shared by the tests of a session: name plants and models after the test, and leave it
    running.
    """
    # Not in pytest's folder: started by root, PostgreSQL is another user, who cannot enter that.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        try:
            with server.tracking_server(Path(name)) as running:
                yield running
        except PostgresMissingError:
            pytest.skip("there is no PostgreSQL here: install Debian's package postgresql")
