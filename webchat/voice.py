"""A small voice note made by code: Ogg with Opus packets of silence."""

import struct

RATE = 48_000  # Opus' own clock
FRAME = 960  # samples in a packet of 20 ms
SILENCE = b"\xf8\xff\xfe"  # one such packet
PER_PAGE = 50


def _crc_table() -> list[int]:
    table: list[int] = []
    for index in range(256):
        value = index << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x8000_0000 else 0)
        table.append(value & 0xFFFF_FFFF)
    return table


def _page(packets: list[bytes], *, number: int, granule: int, flags: int) -> bytes:
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, number, 0, len(packets))
    page = bytearray(head + bytes(len(packet) for packet in packets) + b"".join(packets))
    crc, table = 0, _crc_table()
    for byte in page:
        crc = ((crc << 8) & 0xFFFF_FFFF) ^ table[(crc >> 24) ^ byte]
    page[22:26] = struct.pack("<I", crc)
    return bytes(page)


def silence(seconds: int) -> bytes:
    """An Ogg Opus file of that many seconds."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, 0, RATE, 0, 0)
    tags = struct.pack("<8sI7sI", b"OpusTags", 7, b"webchat", 0)
    pages = [_page([head], number=0, granule=0, flags=2), _page([tags], number=1, granule=0, flags=0)]
    total = seconds * 50
    for begin in range(0, total, PER_PAGE):
        count = min(PER_PAGE, total - begin)
        last = begin + count == total
        pages.append(
            _page(
                [SILENCE] * count,
                number=len(pages),
                granule=(begin + count) * FRAME,
                flags=4 if last else 0,
            )
        )
    return b"".join(pages)
