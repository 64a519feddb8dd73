"""Files people and bots send: told apart by their first bytes, kept in the store."""

import hashlib
import mimetypes
import secrets
import struct
from pathlib import PurePosixPath

from webchat.errors import bad_request
from webchat.methods import PHOTO_LIMIT, UPLOAD_LIMIT
from webchat.records import StoredFile, Upload
from webchat.store import Store

MOST_RATIO = 20  # of a photo's sides
FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "animation": "animations",
    "sticker": "stickers",
    "document": "documents",
}


def image_size(data: bytes) -> tuple[str, int, int] | None:
    """The extension, width and height of a PNG, JPEG, GIF or WebP; None when it is no such picture."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return "png", width, height
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return "gif", width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        return "webp", *_webp_size(data)
    return _jpeg_size(data) if data[:2] == b"\xff\xd8" else None


def _webp_size(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        return width, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return struct.unpack("<HH", data[26:30])


def _jpeg_size(data: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return "jpg", width, height
        at += 2 + length
    return None


def plain_name(name: str) -> str:
    """A file's name without any folder and without control characters; a name of its own where that leaves none."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(letter for letter in last if letter.isprintable())[:60]
    return plain if plain.strip(". ") else "file"


def keep(store: Store, upload: Upload, kind: str, *, duration: int = 0) -> StoredFile:
    """Put a file into the store as the kind of attachment it is to be; BotApiError when it cannot be that."""
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > UPLOAD_LIMIT:
        raise bad_request("file is too big")
    picture = image_size(upload.data)
    if kind == "photo":
        if len(upload.data) > PHOTO_LIMIT:
            raise bad_request("file is too big")
        if picture is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        small, large = sorted(picture[1:])
        if small + large > 10_000 or not small or large > small * MOST_RATIO:
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        if picture[0] == "png" and b"IEND" not in upload.data[-16:]:
            raise bad_request("IMAGE_PROCESS_FAILED")
    id_ = secrets.token_hex(24)  # no "-", which tells a small picture and whose it is
    name = plain_name(upload.name)
    extension = picture[0] if picture else PurePosixPath(name).suffix.lstrip(".").lower()
    if not extension.isalnum():
        extension = "bin"
    guessed = mimetypes.guess_type(f"x.{extension}")[0] if picture or not upload.mime else None
    file = StoredFile(
        id=id_,
        unique=hashlib.sha256(upload.data).hexdigest()[:16],
        kind=kind,
        name=name,
        mime=guessed or upload.mime or "application/octet-stream",
        path=f"{FOLDERS[kind]}/{id_[:12]}.{extension}",
        size=len(upload.data),
        width=picture[1] if picture else 0,
        height=picture[2] if picture else 0,
        duration=duration,
    )
    store.put_file(file, upload.data)
    return file


def named(store: Store, bot: int, file_id: str) -> StoredFile | None:
    """The file that a bot has under an id; None when there is none, or another bot has it."""
    whose, _, id_ = file_id.partition("-")
    return store.file(id=id_.removesuffix("-s")) if whose == str(bot) else None


def path_for(bot: int, file: StoredFile) -> str:
    """The path under which a bot, and no other, fetches a file."""
    folder, _, name = file.path.partition("/")
    return f"{folder}/{bot}-{name}"


def at(store: Store, bot: int, path: str) -> StoredFile | None:
    """The file that a bot has at a path; None when there is none."""
    folder, _, name = path.partition("/")
    whose, _, own = name.partition("-")
    return store.file(path=f"{folder}/{own}") if whose == str(bot) else None


def known(store: Store, bot: int, file_id: str, kind: str) -> StoredFile:
    """The file a bot names by its id; BotApiError when there is none or it is of another kind."""
    if file_id.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")  # nothing is fetched from outside
    file = named(store, bot, file_id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        titles = {"photo": "Photo", "voice": "Voice", "video": "Video", "document": "Document"}
        raise bad_request(
            f"can't use file of type {titles.get(file.kind, file.kind.title())} as {titles.get(kind, kind.title())}"
        )
    return file
