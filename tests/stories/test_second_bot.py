"""A second bot on the same database or the same token quits at once and says why; the first goes on."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from factories import AMEI, AQIANG, KEY, LIU, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, ZHOU
from story import PATIENCE_S, Town, settle

pytestmark = pytest.mark.slow
OFTEN = 25  # times for one person: with more, a slow machine would see the flood gate close
PEOPLE = (AQIANG, AMEI, LIU, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, ZHOU)


async def second_bot(town: Town, **changed: str) -> tuple[int | None, str]:
    """Start another; its exit code and the last line it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=os.environ | town.settings | changed,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        _, said = await process.communicate()
    return process.returncode, said.decode().strip().splitlines()[-1]


async def test_a_second_bot_on_the_same_database_is_told_who_is_there(town: Town) -> None:
    before = len(await town.chat.requests())

    code, said = await second_bot(town)

    assert code == 2
    assert said.startswith("jinlin: another bot is running on ")
    assert f"(process {town.pid})" in said
    assert len(await town.chat.requests()) == before, "it has asked the Bot API for nothing"
    assert "running  yes" in await town.jinlin("status")
    await town.jinlin("backup", str(town.folder / "copy.db"))


async def test_a_killed_bot_leaves_no_claim(town: Town) -> None:
    await town.stop(signal.SIGKILL)
    assert "running  no" in await town.jinlin("status")

    await town.say(AQIANG, "/help")
    await town.start()

    await town.hears(AQIANG, "*/cancel*")
    town.expected |= {"getUpdates: Conflict"}  # what the dead one had still asked


async def test_a_second_bot_with_another_database_takes_nothing_and_quits(town: Town, tmp_path: Path) -> None:
    town.expected |= {"getUpdates: Conflict"}
    other = f"sqlite:///{tmp_path / 'other.db'}"
    await settle(other)

    code, said = await second_bot(town, JINLIN_DATABASE_URL=other, JINLIN_SECRET_KEY=KEY)
    await town.photo(AQIANG, "消防通道又堵了")
    await town.tap(AQIANG, "✅ 提交")
    await town.hears(XIAOWANG, "*0001*消防通道*")

    assert code == 2
    assert said.startswith("jinlin: another bot takes the updates of JINLIN_TOKEN already")
    assert Town(folder=tmp_path, database_url=other).count("inbox") == 0


async def test_words_said_while_a_second_bot_tries_are_answered_once(town: Town, tmp_path: Path) -> None:
    town.expected |= {"getUpdates: Conflict"}
    other = f"sqlite:///{tmp_path / 'other.db'}"
    await settle(other)
    start = (await town.chat.requests())[-1]["n"]

    trying = asyncio.create_task(second_bot(town, JINLIN_DATABASE_URL=other))
    asked = 0
    while not trying.done() and asked < OFTEN * len(PEOPLE):
        who = PEOPLE[asked % len(PEOPLE)]
        await town.say(who, "/help")
        await town.hears(who, "*/cancel*")
        asked += 1
    code, _ = await trying

    answers = [r for r in await town.chat.requests(after=start, method="sendMessage") if r["ok"]]
    assert code == 2
    assert asked > 1
    assert len(answers) == asked
    assert Town(folder=tmp_path, database_url=other).count("inbox") == 0
