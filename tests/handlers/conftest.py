"""Dialogues are played on SQLite by `make test`; on PostgreSQL as well by `make test-slow`."""

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Storage and rules are tried on both engines each time; what is said does not depend on the engine."""
    for item in items:
        spec = getattr(item, "callspec", None)
        if spec is not None and spec.params.get("engine") == "postgresql" and item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.slow)
