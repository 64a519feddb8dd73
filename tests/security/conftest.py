"""The furnished neighbourhood, once a module and engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cast import Cast, furnish
from world import World

from community.neighbourhood import Neighbourhood


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest,
    templates: Any,
    neighbourhood: Neighbourhood,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, Cast]]:
    """The furnished neighbourhood; `indirect` with "sqlite" (the default) or "postgresql"."""
    engine: str = getattr(request, "param", "sqlite")
    folder: Path = tmp_path_factory.mktemp("world")
    url: str = templates.copy(engine, "town", folder)
    world = World(neighbourhood)
    world.open(url, folder)
    try:
        yield world, world.run(furnish(world.town))
    finally:
        world.close()
        templates.drop(url, "town")
