"""The control API of the demo around the chats: its guided tour, its doors' links, its beginning anew."""

from typing import Any

import aiohttp

from webchat.asks import Action, Ask
from webchat.errors import Refused
from webchat.records import Wire

ANSWER_IN = aiohttp.ClientTimeout(total=30)
DOORS_LIMIT = 2_000


def _texts(value: Any, name: str) -> Wire:
    """Language → text."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise Refused(f"{name} must be an object of language and text")
    return value


def _objects(ask: Ask, name: str, most: int) -> list[Wire]:
    value = ask.values.get(name)
    if not isinstance(value, list) or len(value) > most or not all(isinstance(one, dict) for one in value):
        raise Refused(f"{name} must be a list of at most {most} objects")
    return value


async def put_tour(ask: Ask) -> Wire:
    """What there is to try: stories, each with the people it needs and its steps."""
    stories = _objects(ask, "stories", 20)
    for story in stories:
        _texts(story.get("title"), "title")
        steps = story.get("steps")
        if not isinstance(steps, list) or not steps:
            raise Refused("steps must be a list of objects")
        for step in steps:
            if not isinstance(step, dict) or not isinstance(step.get("person"), int):
                raise Refused("a step needs a person")
            _texts(step.get("do"), "do")
    ask.hub.keep("tour", {"stories": stories})
    return {"stories": len(stories)}


async def tour(ask: Ask) -> Wire:
    """The same, for the page."""
    return ask.hub.kept("tour") or {"stories": []}


async def put_doors(ask: Ask) -> Wire:
    """The links that hang as QR codes at doors: of stairwells, of households."""
    doors = _objects(ask, "doors", DOORS_LIMIT)
    for door in doors:
        if not isinstance(door.get("name"), str) or not isinstance(door.get("link"), str):
            raise Refused("a door needs a name and a link")
    ask.hub.keep("doors", {"title": ask.text("title", most=128), "doors": doors})
    return {"doors": len(doors)}


async def doors(ask: Ask) -> Wire:
    """The same, for the sheet to print."""
    return ask.hub.kept("doors") or {"title": "", "doors": []}


async def restart(ask: Ask) -> Wire:
    """An empty world here, and the running demo begins anew with its people; not at all when it does not answer."""
    url = ask.hub.clock.url
    if not url:
        raise Refused("no demo runs that could begin anew", code="no_demo")
    try:
        async with (
            aiohttp.ClientSession(timeout=ANSWER_IN) as session,
            session.post(url, json={"restart": True}) as answer,
        ):
            answer.raise_for_status()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Refused(f"the demo did not begin anew ({type(error).__name__})", code="no_demo") from None
    ask.hub.clear(bots=False)  # its people come back when it has begun: its database is new first
    return {"ok": True}


ROUTES: dict[tuple[str, str], Action] = {
    ("POST", "/tour"): put_tour,
    ("GET", "/tour"): tour,
    ("POST", "/doors"): put_doors,
    ("GET", "/doors"): doors,
    ("POST", "/restart"): restart,
}
