"""At rest: after a whole day nothing private can be read in the database, a backup or the log."""

import asyncio
import base64
import hashlib
import hmac
import io
import logging
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncpg
import orjson
import private_day
import pytest
import structlog
from dialogue import Dialogue, Press
from factories import KEY, Town

from bot import log as logs
from proof.cluster import programs
from storage.queries.sealed import SEALED

pytestmark = pytest.mark.slow


def forms(marker: str) -> Iterator[bytes]:
    """A marker as it may be written: encoded, escaped, in base64 at each offset, digits grouped or reversed."""
    spoken = [marker]
    if marker.isdigit():
        spoken += [
            " ".join(marker),
            marker[::-1],
            f"{marker[:3]} {marker[3:7]} {marker[7:]}",
            f"{marker[:3]}-{marker[3:]}",
        ]
    for one in spoken:
        plain = one.encode()
        yield from (plain, one.encode("utf-16-le"), one.encode("utf-16-be"), plain.hex().encode())
        yield one.encode("unicode_escape")
        yield "".join(f"\\u{ord(c):04X}" for c in one).encode()
        yield from (one.encode("gb18030"), "".join(f"%{b:02X}" for b in plain).encode())
        for offset in range(3):  # within longer words base64 has three faces; the edges depend on the neighbours
            made = base64.b64encode(b"\0" * offset + plain).decode().rstrip("=")
            inner = made[4 if offset else 0 : len(made) // 4 * 4]
            yield from (inner.encode(), inner.replace("+", "-").replace("/", "_").encode())


def found(markers: list[str], raw: bytes) -> dict[str, bytes]:
    """The markers that can be read somewhere, and around which they stand."""
    places = {m: raw.find(form) for m in markers for form in forms(m) if len(form) > 5 and form in raw}
    return {m: raw[max(0, at - 60) : at + 60] for m, at in places.items()}


def test_a_marker_is_found_in_every_form_it_may_be_written_in() -> None:
    said = ["甲寅名", "13987650123"]
    one, two = (s.encode() for s in said)

    for raw in (
        b"xx" + one + b"yy",
        orjson.dumps({"n": said[1]}),
        b'{"n": "\\u7532\\u5bc5\\u540d"}',
        b'{"n": "\\u7532\\u5BC5\\u540D"}'.upper().replace(b"\\U", b"\\u"),
        said[0].encode("utf-16-le"),
        b"1 3 9 8 7 6 5 0 1 2 3",
        b"139 8765 0123",
        two[::-1],
        two.hex().encode(),
        *(base64.b64encode(b"abc"[:n] + one + b"z") for n in range(4)),
        *(base64.urlsafe_b64encode(b"abc"[:n] + two) for n in range(4)),
    ):
        assert found(said, raw), raw
    assert found(said, b"nothing of the kind 1398765012") == {}


@pytest.fixture
def log_output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that is logged, as the bot would write it, at debug level."""
    written = io.StringIO()
    root = logging.getLogger()
    level = root.level
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr("sys.stderr", written)
    logs.configure()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(written))  # pytest takes sys.stderr back
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    structlog.reset_defaults()


async def in_the_database(town: Town, folder: Path) -> dict[str, bytes]:
    """Everything that a thief of the disk or of a backup would have, by name."""
    if town.database.engine == "sqlite":
        path = Path(getattr(town.database, "_path"))  # noqa: B009  # of no use to anybody else
        await town.database.backup(folder / "backup.db")
        files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"), folder / "backup.db"]
        return {file.name: file.read_bytes() for file in files}
    url = str(getattr(town.database, "_url"))  # noqa: B009
    raw = await every_column(url)
    if (programs() / "pg_dump").exists():
        dump = [programs() / "pg_dump", "--schema=public", url]
        raw["pg_dump"] = (await asyncio.to_thread(subprocess.run, dump, check=True, capture_output=True)).stdout
    return raw


async def every_column(url: str) -> dict[str, bytes]:
    """What PostgreSQL keeps in each column of each table."""
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        raw = {}
        for table, column in columns:
            values = [row[0] for row in await connection.fetch(f'SELECT "{column}" FROM public."{table}"')]
            raw[f"{table}.{column}"] = b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values)
        return raw
    finally:
        await connection.close()


async def sealed_values(town: Town) -> str:
    """All that is sealed, opened."""
    async with town.database.read() as tx:
        tokens = [
            token
            for column in SEALED
            for token in await tx.all(
                bytes, f"SELECT {column.name} FROM {column.table} WHERE {column.name} IS NOT NULL"
            )
        ]
    return "\n".join(orjson.dumps(town.database.cipher.open(token)).decode() for token in tokens)


async def test_after_a_day_nothing_private_is_readable_in_the_database_a_backup_or_the_log(
    chat: Dialogue, tmp_path: Path, log_output: io.StringIO
) -> None:
    """What is private, and what is plain on purpose, stands at the head of private_day.py."""
    markers = await private_day.live(chat)

    there = await in_the_database(chat.town, tmp_path) | {"the log": log_output.getvalue().encode()}

    opened = await sealed_values(chat.town)
    assert [m for m in markers if m not in opened] == [], "what was never stored cannot be missed"
    assert all(there.values()) or chat.town.database.engine == "postgresql"
    assert b"an update failed" in there["the log"]
    assert {name: leaks for name, raw in there.items() if (leaks := found(markers, raw))} == {}


async def test_what_a_card_shows_is_kept_as_no_hash_that_can_be_tried_out(chat: Dialogue) -> None:
    await private_day.live(chat)

    async with chat.town.database.read() as tx:
        kept = set(await tx.all(str, "SELECT shown FROM cards WHERE shown IS NOT NULL"))
    faces = [{k: c.params.get(k) for k in ("text", "caption", "reply_markup")} for c in chat.api.calls]
    written = [orjson.dumps(face, option=orjson.OPT_SORT_KEYS) for face in faces]
    assert kept
    assert kept <= {hashlib.blake2b(one, key=_hash_key(), digest_size=8).hexdigest() for one in written}
    for make in (hashlib.sha256, hashlib.md5, hashlib.sha1, hashlib.blake2b, partial(hashlib.blake2b, digest_size=8)):
        assert not kept & {make(one).hexdigest()[:16] for one in written}


def _hash_key() -> bytes:
    return hmac.digest(base64.urlsafe_b64decode(KEY), b"hash", "sha256")


async def test_after_erasing_what_is_left_of_somebody_in_the_files_is_sealed(chat: Dialogue, tmp_path: Path) -> None:
    """SQLite keeps what was deleted in free pages for a while: sealed as it was before."""
    markers = await private_day.live(chat)
    await chat.advance(minutes=1)
    for line in ("/privacy", Press("🗑 删除我的资料"), Press("🗑 确定删除")):
        await chat.say(private_day.NEWCOMER, line)
    assert await chat.town.count("people", "erased_at IS NOT NULL") == 1

    there = await in_the_database(chat.town, tmp_path)

    assert {name: leaks for name, raw in there.items() if (leaks := found(markers, raw))} == {}
