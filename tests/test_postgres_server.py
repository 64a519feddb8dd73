"""The PostgreSQL that tests run on."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import postgres
import pytest

from proof.cluster import NoPostgres, programs

ROOT = Path(__file__).parent.parent
# A session of its own that says where its server is, then waits to be ended.
_SESSION = """
import sys, postgres
server = postgres.Server.join()
print(server.create_database(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    joined = postgres.Server.join()
    yield joined
    joined.stop()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for temporary files that the server's owner can enter; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory(prefix="jinlin-", dir=postgres.temporary_folder()) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


async def test_a_new_database_answers_asyncpg_and_speaks_utf8(
    server: postgres.Server,
) -> None:
    url = server.create_database()

    connection = await asyncpg.connect(url)
    version, text = await connection.fetchrow("SELECT version(), $1::text", "近邻 🍚")
    await connection.close()
    server.drop_database(url)

    print(version)  # noqa: T201  shown by -rP
    assert version.startswith("PostgreSQL ")
    assert text == "近邻 🍚"


async def test_what_one_database_holds_another_does_not(server: postgres.Server) -> None:
    first, second = server.create_database(), server.create_database()
    connection = await asyncpg.connect(first)
    await connection.execute("CREATE TABLE only_here (id integer)")
    await connection.close()

    connection = await asyncpg.connect(second)
    found = await connection.fetchval("SELECT to_regclass('only_here')")
    await connection.close()

    assert found is None
    server.drop_database(first)
    server.drop_database(second)


async def test_a_database_made_from_a_template_starts_with_its_rows(server: postgres.Server) -> None:
    template = server.create_database()
    connection = await asyncpg.connect(template)
    await connection.execute("CREATE TABLE places AS SELECT '3号楼' AS name")
    await connection.close()

    url = server.create_database(template=template)

    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT name FROM places") == "3号楼"
    await connection.close()
    server.drop_database(url)
    server.drop_database(template)


async def test_a_dropped_database_is_gone_though_somebody_was_connected(server: postgres.Server) -> None:
    url = server.create_database()
    connection = await asyncpg.connect(url)

    server.drop_database(url)

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)
    connection.terminate()


def test_whoever_joins_later_in_the_session_gets_the_same_server(server: postgres.Server) -> None:
    second = postgres.Server.join()

    assert second.address == server.address
    second.stop()


def test_a_copy_of_a_database_that_does_not_exist_is_an_error(server: postgres.Server) -> None:
    with pytest.raises(RuntimeError, match="does not exist"):
        server.create_database(template="nowhere")


def test_without_the_programs_the_failure_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NoPostgres, match="make setup"):
        programs([tmp_path])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_session_leaves_no_server_and_no_files(how: signal.Signals, open_folder: Path) -> None:
    environment = {
        **os.environ,
        "TMPDIR": str(open_folder),
        "PYTEST_XDIST_TESTRUNUID": "another",
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        [sys.executable, "-c", _SESSION],
        env=environment,
        cwd=Path(postgres.__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as session:
        assert session.stdout is not None
        session.stdout.readline()
        (door,) = open_folder.glob("*.json")
        known = json.loads(door.read_text(encoding="utf-8"))
        (server_pid, *_) = Path(known["folder"], "data", "postmaster.pid").read_text(encoding="utf-8").split()
        processes = [os.pidfd_open(int(server_pid)), os.pidfd_open(known["watchdog"])]

        session.send_signal(how)

    for process in processes:
        ended, _, _ = select.select([process], [], [], 30)
        os.close(process)
        assert ended
    assert list(open_folder.iterdir()) == []
