"""Each story has two processes and a database of its own, copied from one that was settled once."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import story
from story import Town


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the example neighbourhood and the demo's cast, at nine on a working day."""
    path = tmp_path_factory.mktemp("settled") / "jinlin.db"
    asyncio.run(story.settle(f"sqlite:///{path}"))
    return path


@pytest.fixture
def running_town(
    settled: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[..., AbstractAsyncContextManager[Town]]:
    """`async with running_town(SEND_RATE="28") as town`: the processes with settings of the story's own."""
    path = tmp_path / "jinlin.db"
    shutil.copy(settled, path)
    return partial(Town.running, folder=tmp_path, database_url=f"sqlite:///{path}")


@pytest.fixture
async def town(running_town: Callable[..., AbstractAsyncContextManager[Town]]) -> AsyncIterator[Town]:
    """The running neighbourhood; the Bot API has refused nothing that the story did not expect."""
    async with running_town() as found:
        yield found
        assert await found.refused() == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A story that fails shows what the bot wrote down and what people saw last."""
    report = yield
    values: dict[str, Any] = getattr(item, "funcargs", {})
    town = values.get("town")
    if report.when == "call" and report.failed and isinstance(town, Town):
        report.sections.append(("the town", town.account()))
    return report
