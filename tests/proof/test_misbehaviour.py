"""The Bot API server misbehaves as it is told to, and a bot that does not get over it is found out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.transport import Transport, Unreachable
from proof import mix, rig, town
from proof.faults import clocks, scene, stage
from proof.faults.scene import Step
from proof.server import TOKEN, Connection, Server


@pytest.fixture
def server() -> Server:
    """A Bot API server."""
    return Server()


@pytest.fixture
async def transport(server: Server) -> AsyncIterator[Transport]:
    """The bot's way to it."""
    listener = await asyncio.get_running_loop().create_server(lambda: Connection(server), "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    made = Transport(api_url=f"http://127.0.0.1:{port}", token=TOKEN)
    yield made
    await made.close()
    listener.close()
    for _ in range(5):
        await asyncio.sleep(0)


async def fails(transport: Transport, method: str = "sendMessage", **more: Any) -> bool:
    """Whether the bot hears nothing of a call."""
    try:
        await transport.call(method, {"chat_id": 5, "text": "x"}, **more)
    except Unreachable:
        return True
    return False


@pytest.mark.parametrize(
    ("kind", "done", "unheard"),
    [("lost", 1, 1), ("half", 1, 1), ("reset", 0, 0), ("500", 0, 0), ("page", 0, 0), ("odd", 0, 0)],
)
async def test_what_was_done_and_never_heard_of_is_counted(
    server: Server, transport: Transport, kind: str, done: int, unheard: int
) -> None:
    server.rules = [{"kind": kind, "times": 1}]

    assert [await fails(transport), await fails(transport)] == [True, False]
    assert sum(call[5] == 200 for call in server.calls) == done + 1
    assert (server.unheard, server.struck) == (unheard, {kind: 1})


async def test_who_hangs_up_before_a_slow_answer_has_not_heard_it(server: Server, transport: Transport) -> None:
    server.rules = [{"kind": "slow", "seconds": 60, "times": 1}]

    assert await fails(transport, seconds=0.05)
    for _ in range(3):  # it hears that as soon as anything else
        assert not await fails(transport)
    assert server.unheard == 1


async def test_a_rule_may_be_for_some_chats_only(server: Server, transport: Transport) -> None:
    server.rules = [{"kind": "reset", "chats": [6]}]

    assert not await fails(transport)
    server.rules = [{"kind": "reset", "chats": [5]}]
    assert await fails(transport)


async def test_a_batch_may_come_backwards(server: Server, transport: Transport) -> None:
    server.push([{}, {}, {}])
    server.rules = [{"kind": "backwards", "methods": ["getUpdates"], "times": 1}]

    batches = [await transport.call("getUpdates", {"offset": 0, "timeout": 0}) for _ in range(2)]

    assert [[update["update_id"] for update in batch] for batch in batches] == [[3, 2, 1], [1, 2, 3]]


class _Silent:
    """The control of a Bot API server that nobody has ever called; and a bot that runs and does nothing."""

    def __init__(self) -> None:
        self.popen = self

    def poll(self) -> None:
        """It runs."""

    def said(self) -> str:
        return ""

    def ask(self, _: str, **__: object) -> dict[str, Any]:
        return {"unheard": 0}

    def calls(self) -> list[rig.Heard]:
        return []


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stage whose bot does nothing with what has come; nobody waits long for it."""
    monkeypatch.setattr(stage, "RECOVERED_WITHIN_S", 0.0)
    monkeypatch.setattr(stage, "_AT_LAST_S", 0.0)
    path = rig.settled(tmp_path, scene.settle)
    one = _Silent()
    said = Step(update=mix.said(1, "/help", date=0), fact=("report", 1), said=((town.FIRST + 1, "/cancel"),))
    return stage.Stage(
        api=one,  # type: ignore[arg-type]
        bot=one,  # type: ignore[arg-type]
        url=f"sqlite:///{path}",
        folder=tmp_path,
        env={},
        steps=[said],
        pushed=1,
    )


def test_a_bot_that_does_nothing_does_not_hold(silent: stage.Stage) -> None:
    row = silent.over("a fault")

    assert not row.held
    assert row.lost == 2  # the update, and what it should have done
    assert row.unanswered > 0
    assert "not over 0 s after its end" in row.note


def test_a_bot_that_ended_does_not_hold(silent: stage.Stage) -> None:
    before = silent.over("a fault").lost
    with contextlib.suppress(AttributeError):
        silent.bot.popen.poll = lambda: 1  # type: ignore[method-assign]
        silent.bot.said = lambda: "broken"  # type: ignore[method-assign]

    assert silent.over("a fault").lost == before + 1


def test_a_disk_is_filled_to_the_last_byte_and_freed(tmp_path: Path) -> None:
    from proof.faults import database

    with database.small_disk() as disk:
        if disk is None:
            pytest.skip("only root may mount a small disk")
        free = database.fill(disk)
        with pytest.raises(OSError, match="No space left"):
            (disk / "one").write_bytes(bytes(4096))
        free()
        assert (disk / "one").write_bytes(bytes(4096)) == 4096


def test_a_message_about_a_report_is_known_by_its_number() -> None:
    assert clocks.number("🔴 0003 还没有人受理") == 3
    assert clocks.number("🔧 修东西 📍 3号楼") is None
