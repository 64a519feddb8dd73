"""Both engines for every test that stores, a clock that stands still, and no network but loopback."""

import asyncio
import ipaddress
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import postgres
import pytest
from dialogue import Dialogue
from factories import KEY, ZONE, StillClock, Town
from hypothesis import settings

from bot import demo
from bot.settings import EXAMPLE
from community import neighbourhood as neighbourhoods
from community import places
from community.here import Here
from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime
from storage.crypto import Cipher
from storage.database import Database, connect
from storage.migrations import migrate

ENGINES = ("sqlite", "postgresql")
_ON_SQLITE_FIRST = tuple(Path(__file__).parent / name for name in ("handlers", "community"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rules and dialogues are tried on SQLite by `make test`; on PostgreSQL as well by `make test-slow`.

    Statements are tried on both each time (tests/storage).
    """
    for item in items:
        spec = getattr(item, "callspec", None)
        later = any(item.path.is_relative_to(folder) for folder in _ON_SQLITE_FIRST)
        if later and spec is not None and spec.params.get("engine") == "postgresql":
            item.add_marker(pytest.mark.slow)


# What hypothesis tries is the same every time, so that nobody's change fails by chance. To look for more:
# HYPOTHESIS_PROFILE=wild pytest --hypothesis-seed=42 tests/security
settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("wild", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
# Beside its tables a PostgreSQL template keeps what they held at first, and a way back to it.
_SEED = """
CREATE SCHEMA seed;
DO $$ DECLARE t text; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE seed.%1$I AS TABLE public.%1$I', t);
    END LOOP;
END $$;
CREATE FUNCTION seed.again() RETURNS void LANGUAGE plpgsql AS $$ DECLARE t text; s text; BEGIN
    SET LOCAL session_replication_role = replica;  -- no foreign key is looked at meanwhile
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%1$I', t);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM seed.%1$I', t);
    END LOOP;
    FOR t, s IN SELECT table_name, pg_get_serial_sequence(format('public.%I', table_name), 'id')
        FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES' LOOP
        EXECUTE format('SELECT setval(%L, (SELECT COALESCE(MAX(id), 0) + 1 FROM public.%I), false)', s, t);
    END LOOP;
END $$;
"""


class NetworkForbiddenError(Exception):
    """A test reached for another network than this machine's own."""


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """No connection leaves this machine, and no name is looked up beyond it."""
    patch = pytest.MonkeyPatch()

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect_(self: socket.socket, address: Any) -> Any:
            if isinstance(address, tuple) and not _is_loopback(str(address[0])):
                raise NetworkForbiddenError(address)
            return original(self, address)

        return connect_

    look_up = socket.getaddrinfo

    def local_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_loopback(name) and name != "0.0.0.0":
            raise NetworkForbiddenError(name)
        return look_up(host, *args, **kwargs)

    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    patch.setattr(socket, "getaddrinfo", local_look_up)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """The session's PostgreSQL."""
    server = postgres.Server.join()
    yield server
    server.stop()


@pytest.fixture
def clock() -> StillClock:
    """Tuesday, 9:00 in the community; `clock.advance(minutes=5)`."""
    return StillClock()


@pytest.fixture(scope="session")
def neighbourhood() -> Neighbourhood:
    """The shipped example neighbourhood."""
    return neighbourhoods.load(EXAMPLE)


@pytest.fixture(scope="session")
def working_time(neighbourhood: Neighbourhood) -> WorkingTime:
    """Its working time."""
    return WorkingTime.of(neighbourhood, ZONE)


@pytest.fixture
def here(clock: StillClock, neighbourhood: Neighbourhood, working_time: WorkingTime) -> Callable[[], Here]:
    """`here()` is the neighbourhood now."""
    return lambda: Here(neighbourhood=neighbourhood, working_time=working_time, zone=ZONE, now=clock.now())


class Templates:
    """Databases made once a session, from which every test gets a copy: `empty` and `town`."""

    def __init__(self, folder: Path, found: Neighbourhood, request: pytest.FixtureRequest) -> None:
        self._folder = folder
        self._found = found
        self._request = request
        self._made: dict[tuple[str, str], str] = {}
        self._free: dict[str, str] = {}
        self._copies = 0

    def copy(self, engine: str, kind: str, folder: Path) -> str:
        """A fresh database of that kind; its URL."""
        if (engine, kind) not in self._made:
            self._made[engine, kind] = self._make(engine, kind)
        template = self._made[engine, kind]
        if engine == "postgresql":
            return self._again(kind) or self._server().create_database(template=template)
        self._copies += 1
        target = folder / f"{kind}{self._copies}.db"
        shutil.copy(template.removeprefix("sqlite:///"), target)
        return f"sqlite:///{target}"

    def _again(self, kind: str) -> str | None:
        """The last test's PostgreSQL database as it was at first: five times as fast as a new one."""
        free = self._free.pop(kind, None)
        if free is not None:
            asyncio.run(_execute(free, "SELECT seed.again()"))
        return free

    def drop(self, url: str, kind: str) -> None:
        """The test is over."""
        if url.startswith("postgresql"):
            if kind not in self._free:
                self._free[kind] = url
            else:
                self._server().drop_database(url)

    def _server(self) -> postgres.Server:
        server: postgres.Server = self._request.getfixturevalue("postgres_server")
        return server

    def _make(self, engine: str, kind: str) -> str:
        file = f"sqlite:///{self._folder / f'{kind}.db'}"
        url = self._server().create_database() if engine == "postgresql" else file
        asyncio.run(self._fill(url, kind))
        return url

    async def _fill(self, url: str, kind: str) -> None:
        database = await connect(url, Cipher(KEY))
        try:
            await migrate(database)
            if kind == "town":
                clock = StillClock()
                clock.advance(days=-30)  # the cast have lived here for a while
                working_time = WorkingTime.of(self._found, ZONE)
                now = Here(neighbourhood=self._found, working_time=working_time, zone=ZONE, now=clock.now())
                async with database.write() as tx:
                    await places.load(tx, self._found)
                async with database.write() as tx:
                    await demo.seed(tx, now)
        finally:
            await database.close()
        if url.startswith("postgresql"):
            await _execute(url, _SEED)


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def templates(
    tmp_path_factory: pytest.TempPathFactory, neighbourhood: Neighbourhood, request: pytest.FixtureRequest
) -> Templates:
    """What the databases of all tests are copied from."""
    return Templates(tmp_path_factory.mktemp("templates"), neighbourhood, request)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture
async def database_url(engine: str, templates: Templates, tmp_path: Path) -> AsyncIterator[str]:
    """A migrated database with nothing in it, on each engine."""
    url = await asyncio.to_thread(templates.copy, engine, "empty", tmp_path)
    yield url
    await asyncio.to_thread(templates.drop, url, "empty")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, open."""
    opened = await connect(database_url, Cipher(KEY))
    yield opened
    await opened.close()


@pytest.fixture
async def town(
    engine: str,
    templates: Templates,
    tmp_path: Path,
    clock: StillClock,
    neighbourhood: Neighbourhood,
    here: Callable[[], Here],
) -> AsyncIterator[Town]:
    """The example neighbourhood with the demo's cast in it, on each engine."""
    url = await asyncio.to_thread(templates.copy, engine, "town", tmp_path)
    opened = await connect(url, Cipher(KEY))
    yield Town(database=opened, clock=clock, neighbourhood=neighbourhood, here=here)
    await opened.close()
    await asyncio.to_thread(templates.drop, url, "town")


@pytest.fixture
async def chat(town: Town) -> AsyncIterator[Dialogue]:
    """The bot of that neighbourhood, to talk to."""
    running = await Dialogue(town).start()
    yield running
    await running.stop()
