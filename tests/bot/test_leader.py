"""Leading a part: only while the lock is held, and no longer than the bot runs."""

import asyncio

import pytest

from bot.leader import lead
from bot.parts import Part, chosen
from bot.settings import Settings, SettingsError
from storage.database import Database, TransactionLost
from storage.leading import Candidate, Reign


class _Candidate(Candidate):
    """Answers as it is told to."""

    def __init__(self, database: Database, *answers: bool | TransactionLost) -> None:
        self._database = database
        self._answers = list(answers)
        self.reigns: list[Reign] = []
        self.resigned = False

    async def ask(self) -> Reign | None:
        answer = self._answers.pop(0) if self._answers else False
        if isinstance(answer, TransactionLost):
            raise answer
        if answer:
            self.reigns.append(Reign(database=self._database))
        return self.reigns[-1] if answer else None

    async def resign(self) -> None:
        self.resigned = True


class _Work:
    """A part's work, which goes on until it is cancelled or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun = asyncio.Event()
        self.cancelled = asyncio.Event()
        self._error = error

    async def __call__(self, _: Database) -> None:
        self.begun.set()
        if self._error:
            raise self._error
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@pytest.fixture
def engine() -> str:
    """What leads is told by a fake: one engine will do."""
    return "sqlite"


@pytest.fixture
def every_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stands by asks again at once."""
    monkeypatch.setattr("bot.leader._ASK_EVERY_S", 0.0)


async def _soon(happens: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await happens.wait()


async def test_whoever_does_not_lead_does_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate, work, stopping = _Candidate(database, False), _Work(), asyncio.Event()
    monkeypatch.setattr(database, "candidate", lambda _: candidate)

    leading = asyncio.create_task(lead(database, "sender", work, stopping))
    await asyncio.sleep(0)
    stopping.set()
    await leading

    assert not work.begun.is_set()
    assert candidate.resigned


@pytest.mark.usefixtures("every_moment")
async def test_the_work_ends_at_once_when_the_lead_is_lost(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate, work, stopping = _Candidate(database, True), _Work(), asyncio.Event()
    monkeypatch.setattr(database, "candidate", lambda _: candidate)
    leading = asyncio.create_task(lead(database, "sender", work, stopping))
    await _soon(work.begun)

    candidate.reigns[0].over.set()

    await _soon(work.cancelled)
    stopping.set()
    await leading


@pytest.mark.usefixtures("every_moment")
async def test_a_database_that_is_away_is_asked_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate, work, stopping = _Candidate(database, TransactionLost("away"), False, True), _Work(), asyncio.Event()
    monkeypatch.setattr(database, "candidate", lambda _: candidate)

    leading = asyncio.create_task(lead(database, "sender", work, stopping))

    await _soon(work.begun)
    leading.cancel()
    await asyncio.wait([leading])
    assert work.cancelled.is_set()


async def test_what_the_work_cannot_mend_ends_the_bot(database: Database) -> None:
    work = _Work(SettingsError("x"))

    with pytest.raises(SettingsError):
        await lead(database, "sender", work, asyncio.Event())


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql://x/x"])
def test_a_process_runs_every_part_unless_it_is_told(url: str) -> None:
    assert chosen(Settings(database_url=url), []) == frozenset(Part)


def test_on_postgresql_a_process_may_run_some_parts() -> None:
    settings = Settings(database_url="postgresql://x/x")

    assert chosen(settings, [Part.SENDER, Part.WORKER]) == {Part.SENDER, Part.WORKER}


def test_on_sqlite_one_process_runs_every_part() -> None:
    with pytest.raises(SettingsError, match="--role needs PostgreSQL"):
        chosen(Settings(database_url="sqlite:///x.db"), [Part.WORKER])
