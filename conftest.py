"""What the operator has set for a real bot, in the environment or in `.env`, does not reach the tests."""

import os

from bot.settings import Settings


def pytest_configure() -> None:
    """Before any fixture is made; programs that tests start inherit the same environment."""
    for name in [name for name in os.environ if name.startswith("JINLIN_")]:
        del os.environ[name]
    Settings.model_config["env_file"] = None
