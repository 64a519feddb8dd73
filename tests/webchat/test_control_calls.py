"""Every call of the control API is in one table with its fields, and the docs name them all."""

import re
from pathlib import Path

import pytest
from bot_side import BotSide

from webchat import control, control_acts, demo, testing
from webchat.client import WebchatClient, WebchatError
from webchat.control_calls import CALLS

DOCS = (Path(__file__).parents[2] / "docs/webchat.md").read_text("utf-8")


def test_every_call_is_in_the_table() -> None:
    """And the table has no other."""
    assert CALLS.keys() == {**control.ROUTES, **control_acts.ROUTES, **testing.ROUTES, **demo.ROUTES}.keys()


def test_the_docs_name_every_call_and_field() -> None:
    """Each call's own fields in its row; those of every message and bot above."""
    everywhere = {"bot", "chat", "person", "reply_to", "topic", "once"}
    rows = [line for line in DOCS.splitlines() if line.startswith("| `")]
    missing = []
    for (verb, path), fields in CALLS.items():
        end = re.sub(r"\{\w+\}", "{id}", path)
        row = " ".join(row for row in rows if re.search(rf"`(?:{verb} )?{re.escape(end)}[`?]", row.partition(" | ")[0]))
        missing += [f"{verb} {path} {field}" for field in ["", *fields] if field not in everywhere and field not in row]
        missing += [] if row else [f"{verb} {path}"]

    assert missing == []


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/limits", {"per_secnd": 3}, "POST /limits has no field per_secnd; it takes per_second, "),
        ("/say", {"person": 1001, "text": "x", "replyto": 1}, "no field replyto"),
        ("/restart", {"now": True}, "it takes nothing"),
    ],
)
async def test_a_field_that_a_call_does_not_take_is_refused(
    path: str, body: dict[str, object], words: str, chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """A word misspelt does nothing else instead."""
    with pytest.raises(WebchatError, match=words):
        await chat.post(path, **body)

    assert await bot.updates() == []
