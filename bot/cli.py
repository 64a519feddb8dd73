"""The command `jinlin`: what the operator does. Errors are one line and exit code 2."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer

from bot.lean import EXTRAS, starting
from bot.parts import Part
from bot.settings import Settings, read_settings
from storage.states import Role

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Jinlin (近邻): the neighbourhood's chat assistant.")
ledger = typer.Typer(no_args_is_help=True, help="The time bank's ledger.")
app.add_typer(ledger, name="ledger")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
T = TypeVar("T")


class UsageError(Exception):
    """What was asked for cannot be; the message says what to do."""


def _go(work: Callable[[Settings], Awaitable[T]]) -> T:
    """Run an async command on the fast event loop."""
    import uvloop

    settings = read_settings()

    async def main() -> T:
        return await work(settings)

    return uvloop.run(main())


def _print(value: object, *, as_json: bool, lines: list[str]) -> None:
    typer.echo(orjson.dumps(value).decode() if as_json else "\n".join(lines))


@app.command()
def init(as_json: AsJson = False) -> None:
    """Create or migrate the database and load the neighbourhood file; again and again if you like."""

    async def work(settings: Settings) -> int:
        from bot import running

        async with running.opened(settings) as database:
            _, count = await running.load(settings, database)
            return count

    count = _go(work)
    _print({"places": count}, as_json=as_json, lines=[f"ready: {count} places"])


@app.command()
def run(
    role: Annotated[list[Part] | None, typer.Option(help="Run this part only (repeatable); needs PostgreSQL.")] = None,
) -> None:
    """Run the bot until Ctrl-C or SIGTERM."""

    async def work(settings: Settings) -> None:
        with starting(*EXTRAS):
            from bot import running
            from bot.log import configure
            from bot.traces import listen

        configure()
        listen(asyncio.get_running_loop())
        stopping = asyncio.Event()
        running.stop_on_signals(stopping)
        await running.run(settings, stopping, parts=role or ())

    _go(work)


@app.command()
def demo(port: Annotated[int, typer.Option(help="Where the page is served.")] = 8081) -> None:
    """Run everything on this machine: chat server, bot, a seeded neighbourhood, a page to open."""

    async def work(settings: Settings) -> None:
        from bot import demo as the_demo

        await the_demo.run(settings, port=port)

    _go(work)


@app.command()
def invite(
    role: Annotated[Role, typer.Argument(help="What the invited will be.")],
    place: Annotated[str, typer.Option(help="Code of the place; `jinlin places` lists them.")],
    uses: Annotated[int, typer.Option(min=1, max=1000)] = 1,
    days: Annotated[int, typer.Option(min=1, max=365)] = 7,
    as_json: AsJson = False,
) -> None:
    """Invite somebody to a role at a place."""

    async def work(settings: Settings) -> dict[str, Any]:
        from bot import operator, running

        async with running.opened(settings) as database:
            return await operator.invite(settings, database, role=role, code=place, uses=uses, days=days)

    made = _go(work)
    _print(made, as_json=as_json, lines=[made["payload"], *([made["link"]] if made["link"] else [])])


@app.command()
def places(as_json: AsJson = False) -> None:
    """List every place with the payload of its door code."""

    async def work(settings: Settings) -> list[dict[str, str]]:
        from bot import operator, running

        async with running.opened(settings) as database:
            return await operator.places_of(database)

    found = _go(work)
    lines = [f"{p['code']:<14} {p['kind']:<10} {p['door_payload']:<16} {p['name']}" for p in found]
    _print(found, as_json=as_json, lines=lines)


@app.command()
def status(as_json: AsJson = False) -> None:
    """What waits, what failed, and how much there is."""

    async def work(settings: Settings) -> dict[str, Any]:
        from bot import operator, running

        async with running.opened(settings) as database:
            return await operator.status(settings, database)

    found = _go(work)
    lines = [f"{name:<8} {_line(value)}" for name, value in found.items()]
    _print(found, as_json=as_json, lines=lines)


def _line(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


@ledger.command("check")
def ledger_check(as_json: AsJson = False) -> None:
    """Read the whole ledger and hold it against its rules; one line for each finding, exit code 1 if there is any."""

    async def work(settings: Settings) -> dict[str, Any]:
        from bot import operator, running

        async with running.opened(settings) as database:
            return await operator.check_ledger(database)

    found = _go(work)
    fine = (
        f"the ledger is right: {found['transfers']} transfers, sum zero; the fund holds {found['fund_minutes']} minutes"
    )
    _print(found, as_json=as_json, lines=found["findings"] or [fine])
    if found["findings"]:
        raise typer.Exit(1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.")]) -> None:
    """Copy the database while the bot goes on."""

    if file.exists():
        raise UsageError(f"{file} is there already; name another file")
    if not file.parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}")
    part = file.with_name(file.name + ".part")

    async def work(settings: Settings) -> None:
        from bot import running

        async with running.opened(settings) as database:
            await database.backup(part)

    try:
        _go(work)
        part.replace(file)  # under its name a backup is whole, or not there
    finally:
        if part.is_file():
            part.unlink()
    typer.echo(f"backed up to {file}")


@app.command()
def keygen() -> None:
    """Print a new secret key."""
    from storage.crypto import new_key

    typer.echo(new_key())


@app.command()
def rotate_key(as_json: AsJson = False) -> None:
    """Seal everything with JINLIN_SECRET_KEY that JINLIN_OLD_SECRET_KEY sealed, while the bot goes on."""

    async def work(settings: Settings) -> int:
        from bot import running
        from storage.rotation import rotate

        async with running.opened(settings) as database:
            return await rotate(database, said=lambda line: None if as_json else typer.echo(line))

    count = _go(work)
    done = f"{count} values were sealed anew; the old key opens nothing in this database any more"
    then = "JINLIN_OLD_SECRET_KEY can be left out from the next start on; backups made until now still need it"
    _print({"sealed_anew": count}, as_json=as_json, lines=[done, then])


@app.command()
def clock(advance: Annotated[str, typer.Option(help="How far: 90s, 10m, 3h or 2d.")]) -> None:
    """Move the demo's clock ahead; the running bot follows within a second."""

    async def work(settings: Settings) -> str:
        from bot import demo_clock, running

        if not settings.demo:
            raise UsageError("the clock moves in the demo only (JINLIN_DEMO=1)")
        async with running.opened(settings) as database:
            now = await demo_clock.advance(database, duration(advance))
        return f"{now.astimezone(settings.zone):%Y-%m-%d %H:%M:%S}"

    typer.echo(_go(work))


def duration(text: str) -> timedelta:
    """`90s`, `10m`, `3h`, `2d`. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not found:
        raise UsageError(f'expected a time such as 90s, 10m, 3h or 2d, found "{text}"')
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[found[2]]
    return timedelta(**{unit: int(found[1])})
