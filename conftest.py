"""What the operator has set for a real bot, in the environment or in `.env`, does not reach the tests."""

import os

from bot.settings import Settings

FOR_TESTS = {"JINLIN_BOTAPI_SCHEMA"}
"""No settings of a bot: where tests find what is not in the repository."""


def pytest_configure() -> None:
    """Before any fixture is made; programs that tests start inherit the same environment."""
    for name in [name for name in os.environ if name.startswith("JINLIN_") and name not in FOR_TESTS]:
        del os.environ[name]
    Settings.model_config["env_file"] = None
