"""The command `jinlin` as the operator runs it: real processes, real files, a real chat server."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from factories import KEY

from storage.crypto import Cipher, new_key
from webchat.client import WebchatClient

JINLIN = Path(sys.executable).with_name("jinlin")
ROOT = Path(__file__).parent.parent
TOKEN = "1:test"


class Operator:
    """Somebody at the command line, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JINLIN_")}
        self.environment = {**kept, "JINLIN_SECRET_KEY": KEY, "JINLIN_DATABASE_URL": "sqlite:///data/jinlin.db"}

    def run(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [JINLIN, *arguments],
            cwd=self.folder,
            env=self.environment | changed,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON; it must succeed."""
        done = self.run(*arguments, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    async def start(self, **changed: str) -> asyncio.subprocess.Process:
        """Start the bot."""
        return await asyncio.create_subprocess_exec(
            JINLIN,
            "run",
            cwd=self.folder,
            env=self.environment | {"JINLIN_TOKEN": TOKEN} | changed,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line with which a command refused, with exit code 2 and no traceback."""
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("jinlin: ")
    return line


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator whose database is made; tests with it only look, or add."""
    one = Operator(tmp_path_factory.mktemp("settled"))
    assert one.run("init").returncode == 0
    return one


def test_help_names_every_command(operator: Operator) -> None:
    shown = operator.run("--help").stdout

    for command in ("init", "run", "demo", "invite", "places", "status", "ledger", "backup", "keygen", "clock"):
        assert command in shown


def test_a_new_key_is_printed_that_can_be_used_and_is_never_the_same(operator: Operator) -> None:
    first, second = (operator.run("keygen", JINLIN_SECRET_KEY="").stdout.strip() for _ in range(2))

    assert first != second
    Cipher(first)


def test_init_may_be_run_again_and_again(operator: Operator) -> None:
    first, second = operator.json("init"), operator.json("init")

    assert first == second
    assert first["places"] > 100


def test_places_lists_codes_names_and_door_payloads_that_stay(settled: Operator) -> None:
    places = settled.json("places")

    assert {"code", "kind", "name", "door_payload"} <= places[0].keys()
    assert "B3-2-301" in {p["code"] for p in places}
    assert all(re.fullmatch(r"d_[\w-]{8,60}", p["door_payload"]) for p in places)
    settled.run("init")
    assert settled.json("places") == places


def test_an_invitation_is_a_start_payload(settled: Operator) -> None:
    made = settled.json("invite", "grid_worker", "--place", "G2")

    assert re.fullmatch(r"i_[\w-]{8,60}", made["payload"])
    assert len(made["payload"]) <= 64
    assert made["link"] is None  # the bot has not run yet, so its name is not known


def test_an_invitation_to_an_unknown_place_says_where_to_look(settled: Operator) -> None:
    line = refused(settled.run("invite", "staff", "--place", "X9"))

    assert '"X9"' in line
    assert "jinlin places" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("invite", "emperor", "--place", "C1"),
        ("invite", "staff"),
        ("invite", "staff", "--place", "C1", "--uses", "0"),
        ("clock",),
        ("nonsense",),
    ],
)
def test_what_cannot_be_asked_for_is_exit_code_2_without_a_traceback(
    settled: Operator, arguments: Sequence[str]
) -> None:
    done = settled.run(*arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_status_counts_what_waits_what_failed_and_what_there_is(settled: Operator) -> None:
    found = settled.json("status")

    assert found["inbox"] == {"waiting": 0, "poison": 0}
    assert {"waiting", "failed"} <= found["outbox"].keys()
    assert {"pending", "overdue"} <= found["timers"].keys()
    assert found["people"] == 0
    assert found["reports"] == {}
    assert settled.run("status").stdout.startswith("inbox")


def test_the_ledger_check_is_one_line_when_all_is_right_and_one_for_each_finding_else(settled: Operator) -> None:
    fine = settled.run("ledger", "check")
    with closing(sqlite3.connect(settled.folder / "data" / "jinlin.db")) as database, database:
        database.execute("INSERT INTO transfers (id, kind, at) VALUES (7, 'gift', 0)")
        database.execute("INSERT INTO movements (transfer_id, account_id, minutes) VALUES (7, 1, -30)")
    wrong = settled.run("ledger", "check")
    as_json = settled.run("ledger", "check", "--json")

    assert (fine.returncode, fine.stdout) == (
        0,
        "the ledger is right: 0 transfers, sum zero; the fund holds 0 minutes\n",
    )
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert wrong.stdout.splitlines() == [
        "transfer 7 has movements that do not sum to zero",
        "transfer 7 does not have two movements",
        "transfer 7 is a gift that nobody has taken",
        "all accounts together hold -30 minutes and not zero",
    ]
    assert (as_json.returncode, json.loads(as_json.stdout)["findings"]) == (1, wrong.stdout.splitlines())


def test_a_backup_is_a_database_of_its_own_and_is_never_written_over(settled: Operator, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"

    assert settled.run("backup", str(target)).returncode == 0

    restored = Operator(tmp_path)
    restored.environment["JINLIN_DATABASE_URL"] = f"sqlite:///{target}"
    assert restored.json("places") == settled.json("places")
    assert "is there already" in refused(settled.run("backup", str(target)))
    assert "there is no folder" in refused(settled.run("backup", str(tmp_path / "nowhere" / "x.db")))
    assert list(tmp_path.glob("*.part")) == []


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(settled: Operator, tmp_path: Path) -> None:
    (tmp_path / "copy.db.part").mkdir()

    assert "copy.db.part" in refused(settled.run("backup", str(tmp_path / "copy.db")))

    assert not (tmp_path / "copy.db").exists()


def test_another_key_is_refused_and_changes_nothing(settled: Operator) -> None:
    assert "not the key" in refused(settled.run("status", JINLIN_SECRET_KEY=new_key()))
    assert settled.run("status").returncode == 0


def test_a_missing_or_broken_key_says_how_to_make_one(settled: Operator) -> None:
    for key in ("", "short"):
        assert "jinlin keygen" in refused(settled.run("init", JINLIN_SECRET_KEY=key))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("JINLIN_TIMEZONE", "Mars/Olympus", "JINLIN_TIMEZONE"),
        ("JINLIN_SEND_RATE", "-1", "JINLIN_SEND_RATE"),
        ("JINLIN_SEND_RATE", "fast", "JINLIN_SEND_RATE"),
        ("JINLIN_DATABASE_URL", "mysql://x", "JINLIN_DATABASE_URL"),
        ("JINLIN_NEIGHBOURHOOD", "nowhere.toml", "nowhere.toml"),
    ],
)
def test_a_setting_that_cannot_be_is_named(operator: Operator, name: str, value: str, expected: str) -> None:
    assert expected in refused(operator.run("init", **{name: value}))


def test_a_broken_neighbourhood_file_is_named_with_its_line(operator: Operator) -> None:
    example = (ROOT / "community/example/neighbourhood.toml").read_text("utf-8").splitlines()
    example[9] = "hotline = = 1"
    broken = operator.folder / "mine.toml"
    broken.write_text("\n".join(example), "utf-8")

    line = refused(operator.run("init", JINLIN_NEIGHBOURHOOD="mine.toml"))

    assert "mine.toml" in line
    assert "10" in line


def test_the_clock_moves_in_the_demo_only(settled: Operator) -> None:
    assert "demo only" in refused(settled.run("clock", "--advance", "1h"))


def test_the_demos_clock_moves_by_what_is_said(operator: Operator) -> None:
    operator.run("init", JINLIN_DEMO="1")

    first = operator.run("clock", "--advance", "90s", JINLIN_DEMO="1")
    second = operator.run("clock", "--advance", "2d", JINLIN_DEMO="1")

    assert first.returncode == second.returncode == 0
    assert first.stdout < second.stdout
    assert "90s" in refused(operator.run("clock", "--advance", "soon", JINLIN_DEMO="1"))


def test_the_bot_does_not_run_without_a_token(settled: Operator) -> None:
    assert "JINLIN_TOKEN" in refused(settled.run("run"))
    assert "JINLIN_TOKEN" in refused(settled.run("run", JINLIN_TOKEN="nonsense"))


async def _until_logged(process: asyncio.subprocess.Process, words: str) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(20):
        while words not in (line := (await process.stderr.readline()).decode()):
            assert line, f"it ended without saying {words!r}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_bot_waits_for_an_api_that_does_not_answer_and_stops_when_told(
    operator: Operator, number: signal.Signals
) -> None:
    process = await operator.start(JINLIN_API_URL="http://127.0.0.1:9")
    await _until_logged(process, "does not answer yet")

    process.send_signal(number)

    assert await asyncio.wait_for(process.wait(), 10) == 0


@pytest.mark.slow
async def test_a_locked_database_is_waited_for_by_the_bot_and_given_up_by_a_command(operator: Operator) -> None:
    operator.run("init")
    with closing(sqlite3.connect(operator.folder / "data" / "jinlin.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        process = await operator.start(JINLIN_API_URL="http://127.0.0.1:9")
        status = await asyncio.to_thread(operator.run, "status")
        await _until_logged(process, "the database could not carry on")
        other.execute("ROLLBACK")

    await _until_logged(process, "does not answer yet")  # the database was ready
    process.send_signal(signal.SIGTERM)

    assert "locked" in refused(status)
    assert await asyncio.wait_for(process.wait(), 10) == 0


@asynccontextmanager
async def _chat_server() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "webchat", "--port", "0", "--token", TOKEN, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await asyncio.wait_for(process.stdout.readline(), 20)).decode().split()[-1]
    finally:
        process.terminate()
        await process.wait()


async def test_a_token_the_api_refuses_ends_the_bot_with_one_line(operator: Operator) -> None:
    async with _chat_server() as url:
        process = await operator.start(JINLIN_API_URL=url, JINLIN_TOKEN="7:other")
        _, said = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 2
    assert "JINLIN_TOKEN was refused" in said.decode()
    assert "Traceback" not in said.decode()


@pytest.mark.slow
async def test_a_kill_in_the_middle_of_a_backlog_loses_nothing(operator: Operator) -> None:
    """Everybody is answered; what was in flight at the kill, eight at most, may be answered twice."""
    people, each, in_flight = list(range(7001, 7031)), 10, 8
    async with _chat_server() as url, WebchatClient(url) as chat:
        for person in people:
            await chat.person(f"路人{person}", id=person)
            for _ in range(each):
                await chat.say(person, "/help")
        settings = {"JINLIN_API_URL": url, "JINLIN_SEND_RATE": "0"}

        process = await operator.start(**settings)
        await chat.until(people[0], lambda message: "近邻" in message["text"], timeout=30)
        process.kill()
        await process.communicate()
        at_the_kill = sum([len(await _answers(chat, person)) for person in people])

        process = await operator.start(**settings)
        for person in people:
            seen: set[int] = set()
            await chat.until(person, lambda m, seen=seen: seen.add(m["id"]) or len(seen) >= each, timeout=60)
        await asyncio.to_thread(_wait_until_sent, operator)
        process.terminate()
        await asyncio.wait_for(process.communicate(), 10)
        answered = [len(await _answers(chat, person)) for person in people]

    assert at_the_kill < len(people) * each
    assert min(answered) >= each
    assert sum(answered) <= len(people) * each + in_flight
    assert process.returncode == 0


async def _answers(chat: WebchatClient, person: int) -> list[int]:
    return [m["id"] for m in await chat.messages(person) if m["from"]["is_bot"]]


def _wait_until_sent(operator: Operator) -> None:
    """What waits in the database is nothing; asked of the file, as `jinlin status` would."""
    with sqlite3.connect(operator.folder / "data" / "jinlin.db", timeout=10) as database:
        for _ in range(100_000):
            (waiting,) = database.execute(
                "SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'waiting') + "
                "(SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending'))"
            ).fetchone()
            if not waiting:
                break
        else:
            raise TimeoutError
    database.close()
