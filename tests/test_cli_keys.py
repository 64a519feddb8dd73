"""The secret key at the command line: another one is refused by every command, and it is changed while a bot runs."""

import asyncio
from pathlib import Path

import pytest
from factories import KEY
from test_cli import TOKEN, Operator, _chat_server, _until_logged, refused

from storage.crypto import new_key
from webchat.client import WebchatClient

COMMANDS = (
    ("init",),
    ("run",),
    ("invite", "staff", "--place", "C1"),
    ("places",),
    ("status",),
    ("backup", "copy.db"),
    ("rotate-key",),
)


@pytest.fixture
def operator(engine: str, database_url: str, tmp_path: Path) -> Operator:
    """An operator of a database that is made with a key of theirs, on each engine."""
    one = Operator(tmp_path)
    one.environment |= {
        "JINLIN_DATABASE_URL": database_url,
        "JINLIN_TOKEN": TOKEN,
        "JINLIN_API_URL": "http://[::1]:9",
    }
    return one


@pytest.mark.slow
def test_another_key_is_refused_in_one_line_by_every_command(operator: Operator) -> None:
    for command in COMMANDS:
        line = refused(operator.run(*command, JINLIN_SECRET_KEY=new_key()))

        assert "JINLIN_SECRET_KEY is not the key this database was made with" in line, command
        assert "JINLIN_OLD_SECRET_KEY" in line
    assert not (operator.folder / "copy.db").exists()


@pytest.mark.slow
def test_a_key_is_changed_and_the_old_one_left_out_when_that_is_done(operator: Operator) -> None:
    assert operator.run("init").returncode == 0
    new = new_key()
    both = {"JINLIN_SECRET_KEY": new, "JINLIN_OLD_SECRET_KEY": KEY}
    assert operator.run("status", **both).returncode == 0
    for one in (new, KEY):
        assert "`jinlin rotate-key`" in refused(operator.run("run", JINLIN_SECRET_KEY=one))

    done = operator.run("rotate-key", **both)

    assert (done.returncode, done.stderr) == (0, "")
    assert "JINLIN_OLD_SECRET_KEY can be left out" in done.stdout
    assert operator.run("status", JINLIN_SECRET_KEY=new).returncode == 0
    assert "not the key" in refused(operator.run("status"))


@pytest.mark.slow
async def test_a_key_is_changed_while_the_bot_runs_and_one_that_has_the_old_alone_ends(operator: Operator) -> None:
    both = {"JINLIN_SECRET_KEY": new_key(), "JINLIN_OLD_SECRET_KEY": KEY}
    async with _chat_server() as url, WebchatClient(url) as chat:
        await chat.person("路人", id=7001)
        old = await operator.start(JINLIN_API_URL=url)
        await _until_logged(old, '"running"')
        assert (await asyncio.to_thread(operator.run, "status", **both)).returncode == 0
        _, said = await asyncio.wait_for(old.communicate(), 30)

        bot = await operator.start(JINLIN_API_URL=url, **both)
        await _until_logged(bot, '"running"')
        rotating = asyncio.ensure_future(asyncio.to_thread(operator.run, "rotate-key", **both))
        await chat.say(7001, "/help")
        await chat.until(7001, lambda message: message["from"]["is_bot"], timeout=30)
        done = await rotating
        bot.terminate()
        await asyncio.wait_for(bot.communicate(), 30)

    assert old.returncode == 2
    assert "JINLIN_OLD_SECRET_KEY" in said.decode().splitlines()[-1]
    assert "Traceback" not in said.decode()
    assert (done.returncode, bot.returncode) == (0, 0)
    assert operator.run("status", JINLIN_SECRET_KEY=both["JINLIN_SECRET_KEY"]).returncode == 0
