"""A photo as a phone takes it: four megabytes, with where it was taken written into it."""

import os
import struct

from factories import AQIANG, XIAOWANG
from story import Town

FOUR_MEGABYTES = 4 * 1024 * 1024


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg_with_exif() -> bytes:
    """The frame of a JPEG of 4000 × 3000 with an Exif segment, filled up with noise in comments."""
    exif = _segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0GPSLatitude 26.0805")
    frame = _segment(0xC0, struct.pack(">BHHB", 8, 3000, 4000, 1) + b"\x01\x11\0")
    noise = b"".join(_segment(0xFE, os.urandom(65_000)) for _ in range(FOUR_MEGABYTES // 65_000 + 1))
    return b"\xff\xd8" + exif + frame + noise + b"\xff\xd9"


async def test_a_photo_of_four_megabytes_with_exif_becomes_a_report(town: Town) -> None:
    """It is one photo on the card of whoever handles it, and none of its bytes or places is in the database."""
    photo = jpeg_with_exif()
    assert len(photo) > FOUR_MEGABYTES

    await town.photo(AQIANG, "消防通道又堵了", data=photo)
    await town.hears(AQIANG, "这样登记对吗?*📷 照片 1 张*")
    await town.tap(AQIANG, "✅ 提交")
    card = await town.hears(XIAOWANG, "*0001*消防通道*")

    assert card["photo"]
    assert town.count("report_files", "file LIKE '%GPS%'") == 0
    assert town.count("reports", "spot IS NOT NULL") == 0
