"""The parts of a running bot, which may be spread over processes and machines, and which of them a process runs."""

from collections.abc import Collection
from enum import StrEnum

from bot.settings import Settings, SettingsError


class Part(StrEnum):
    """What a process does."""

    RECEIVER = "receiver"  # takes updates in; of those that poll one does, webhooks all do
    WORKER = "worker"  # handles them, as many as you like
    SENDER = "sender"  # one at a time
    SCHEDULER = "scheduler"  # what falls due, and what takes long; one at a time


def chosen(settings: Settings, parts: Collection[Part]) -> frozenset[Part]:
    """The parts to run, all by default. Raises SettingsError."""
    found = frozenset(parts or Part)
    if found != frozenset(Part) and settings.database_url.startswith("sqlite"):
        raise SettingsError("--role needs PostgreSQL (JINLIN_DATABASE_URL): with SQLite one process runs every part")
    return found
