"""The demo: chat server, bot and scheduler on this machine, in a neighbourhood of invented people."""

import asyncio
import contextlib
import secrets
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import typer

from bot import running
from bot.log import configure
from bot.settings import Settings
from bot.traces import listen
from community import groups, people
from community.here import Here
from community.permissions import full_name
from community.working_time import WorkingTime
from handlers.texts import traditional
from storage.claim import claimed
from storage.database import Database, DatabaseError, Transaction
from storage.queries import dialogues, places
from storage.queries import people as person_rows
from storage.states import ContactMode, Keyboard, PlaceKind, Role

CAST = Path(__file__).with_name("demo.toml")
TOUR = Path(__file__).with_name("demo_tour.toml")
DATA = Path("data/demo")
_DATABASE = f"sqlite:///{DATA}/jinlin.db"
_TOKEN = DATA / "token"
_STARTS_WITHIN_S = 15.0
_LINK = "https://t.me/jinlin_bot?start="  # the chat server's first bot
_WITH_DOORS = {PlaceKind.STAIRWELL, PlaceKind.HOUSEHOLD}


def cast() -> dict[str, list[dict[str, Any]]]:
    """Who lives in the demo."""
    return tomllib.loads(CAST.read_text("utf-8"))


def tour() -> list[dict[str, Any]]:
    """The guided tour's stories, each text by the language of the page."""
    stories = tomllib.loads(TOUR.read_text("utf-8"))["stories"]
    for story in stories:
        story["title"] = _by_language(story["title"])
        for step in story["steps"]:
            step["do"] = _by_language({name: step.pop(name) for name in ("zh", "en")})
    return list(stories)


def _by_language(said: dict[str, str]) -> dict[str, str]:
    return {"zh-CN": said["zh"], "zh-TW": traditional(said["zh"]), "en": said["en"]}


def token() -> str:
    """The bot's token at the local chat server: drawn once, so that nobody else on this machine can guess it."""
    if not _TOKEN.exists():
        _TOKEN.touch(mode=0o600)
        _TOKEN.write_text(f"1:{secrets.token_urlsafe(24)}", "ascii")
    return _TOKEN.read_text("ascii")


async def seed(tx: Transaction, here: Here) -> list[int]:
    """Have the cast joined, confirmed and in their roles; the accounts that are new."""
    new = []
    for one in cast()["people"]:
        if "phone" in one and await person_rows.by_telegram(tx, one["id"]) is None:
            await _seed_person(tx, here, one)
            new.append(one["id"])
    for one in cast()["groups"]:
        group = await dialogues.group(tx, chat_id=one["id"], language="zh", now=here.now)
        actor = await person_rows.by_telegram(tx, one["bound_by"])
        place = await places.by_code(tx, one["place"])
        if group.place_id is None and actor and place:
            await groups.bind(tx, here, actor, group=group, place_id=place.id)
    return new


async def _seed_person(tx: Transaction, here: Here, one: dict[str, Any]) -> None:
    person = await person_rows.add(
        tx, telegram_id=one["id"], language="zh", contact_mode=ContactMode.CHAT, now=here.now
    )
    home = await places.by_code(tx, one["home"]) if "home" in one else None
    await person_rows.join(
        tx, person_id=person.id, name=tx.seal(one["name"]), place_id=home.id if home else None, now=here.now
    )
    await person_rows.set_phone(tx, person_id=person.id, phone=people.clean_phone(one["phone"]))
    if home:
        await person_rows.verify(tx, person_id=person.id, verified_by=person.id, now=here.now)
    if one.get("elder"):
        await person_rows.set_keyboard(tx, person_id=person.id, keyboard=Keyboard.ELDER)
    for held in one.get("roles", []):
        place = await places.by_code(tx, held["place"])
        if place:
            await person_rows.grant(tx, person_id=person.id, role=Role(held["role"]), place_id=place.id, now=here.now)


async def run(settings: Settings, *, port: int) -> None:
    """Start everything, say where to look, and stop cleanly on Ctrl-C. Raises DatabaseError, Claimed."""
    configure()
    listen(asyncio.get_running_loop())
    DATA.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # once, before anything runs
    stopping = asyncio.Event()
    running.stop_on_signals(stopping)
    with claimed(_DATABASE):
        await _run(settings, stopping, port)
    typer.echo("stopped; `make demo` goes on where this ended")


async def _run(settings: Settings, stopping: asyncio.Event, port: int) -> None:
    async with _webchat(port, stopping) as url:
        demo = settings.model_copy(
            update={
                "demo": True,
                "token": token(),
                "api_url": url,
                "database_url": _DATABASE,
                "webhook_url": "",
            }
        )
        first = True
        while first or not stopping.is_set():
            async with running.opened(demo) as database:
                await _settle(demo, database, url)
            if first:
                typer.echo(_first_words(url))
            first = False
            if await _go_on(demo, stopping):
                _forget()


async def _go_on(settings: Settings, stopping: asyncio.Event) -> bool:
    """Run the bot until it is stopped, or somebody at the page wants to begin anew: whether they do."""
    ending, anew = asyncio.Event(), asyncio.Event()

    def begin_anew() -> None:
        anew.set()
        ending.set()

    passed_on = asyncio.create_task(stopping.wait())
    passed_on.add_done_callback(lambda _: ending.set())
    try:
        await running.go_on(settings, ending, begin_anew=begin_anew)
    finally:
        passed_on.cancel()
    return anew.is_set()


def _forget() -> None:
    """Nothing is left of who lived here and of what they said to the bot."""
    for name in ("jinlin.db", "jinlin.db-wal", "jinlin.db-shm"):
        (DATA / name).unlink(missing_ok=True)


async def _settle(settings: Settings, database: Database, url: str) -> None:
    """The cast is known to both sides: to the database, and to the chat server."""
    found, _ = await running.load(settings, database)
    clock = await running.clock_of(settings, database)
    here = Here(
        neighbourhood=found, working_time=WorkingTime.of(found, settings.zone), zone=settings.zone, now=clock.now()
    )
    async with database.write() as tx:
        new = await seed(tx, here)
        doors = [
            {"name": (await full_name(tx, place.id))["zh"], "link": f"{_LINK}{people.DOOR}{place.door}"}
            for place in await places.all_places(tx)
            if place.kind in _WITH_DOORS
        ]
    async with aiohttp.ClientSession() as session:
        # Nobody moves the clock yet, but what is said now is said at the demo's time.
        told = {"url": "http://127.0.0.1:9/", "now": clock.now().isoformat(), "zone": settings.zone.key}
        await _tell(session, f"{url}/control/clock", told)
        for one in cast()["people"]:
            person: dict[str, Any] = {k: one[k] for k in ("id", "name", "note", "elder", "phone") if k in one}
            await _tell(session, f"{url}/control/people", person)
        for one in cast()["groups"]:
            group = {"id": one["id"], "title": one["title"], "members": one["members"], "kind": "group"}
            await _tell(session, f"{url}/control/groups", group)
        await _tell(session, f"{url}/control/tour", {"stories": tour()})
        await _tell(session, f"{url}/control/doors", {"title": found.community.name.zh, "doors": doors})
        for account in new:
            await _tell(session, f"{url}/control/say", {"person": account, "text": "/start"})


async def _tell(session: aiohttp.ClientSession, url: str, told: dict[str, Any]) -> None:
    async with session.post(url, json=told) as answer:
        if answer.status != 200:
            raise DatabaseError(f"the chat server refused the demo's cast: {await answer.text()}")


@asynccontextmanager
async def _webchat(port: int, stopping: asyncio.Event) -> AsyncIterator[str]:
    """The chat server as a process of its own; its address. It ends with us, however we end, and we with it.

    Raises DatabaseError, Exit.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "webchat", "--port", str(port), "--token", token()),
        *("--store", str(DATA / "webchat.db"), "--until-eof"),
        stdin=asyncio.subprocess.PIPE,  # it ends where this does
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is ours to pass on: the bot stops first
    )
    ending = asyncio.create_task(process.wait())
    try:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        line = await asyncio.wait_for(process.stdout.readline(), _STARTS_WITHIN_S)
        if not line:
            raise DatabaseError(f"the chat server did not start; is port {port} taken? Try: make demo PORT=8090")
        ending.add_done_callback(lambda _: stopping.set())
        yield line.decode().split()[-1]
        if ending.done():
            typer.echo("jinlin: the chat server has ended, and the demo with it; `make demo` goes on", err=True)
            raise typer.Exit(1)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await ending


def _first_words(url: str) -> str:
    return f"""
Jinlin is running. Open {url}/phones

There are four phones side by side, each somebody's: an elder, a volunteer, a grid worker, staff. Press 导览 (Tour) and
follow a story step by step: a blocked fire lane, a broken socket, a vote, a lost child. One person alone, as on a phone
of their own: {url}/

Ctrl-C stops everything; the next `make demo` goes on where this ended. On another port: `make demo PORT=8090`
"""
