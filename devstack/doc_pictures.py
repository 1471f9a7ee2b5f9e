"""The docs' pictures: some of what `make pictures` draws, made small.

A screen has few colours: 256 of them, one byte a pixel, are a third of the size and look the same.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from devstack.paths import ROOT, DevstackError

_DRAWN = ROOT / "artifacts"
_PICTURES = ROOT / "docs" / "pictures"
_LANGUAGES = ("ru", "en")
_WANTED = (
    "sign-in-number",
    "desk",
    "confirm",
    "job-runs",
    "receipt",
    "restore",
    "history",
    "live",
    "settings",
)
# Of a screen that goes on and on, how many rows of pixels tell what it is.
_ROWS = {"settings": 1236}
_DASHBOARD = "dashboard/en-desktop-light.png"
MOST_BYTES = 90_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256
_RGB = 3
Colour = tuple[int, int, int]


def renew() -> list[Path]:
    """Write docs/pictures/ anew, from the gallery as it was drawn last. Raises DevstackError if a
    picture is missing there, or is too big in the end."""
    _PICTURES.mkdir(exist_ok=True)
    guides = [
        _renew(f"gallery/{name}-{language}-phone-light.png", f"{name}-{language}", _ROWS.get(name))
        for name in _WANTED
        for language in _LANGUAGES
    ]
    return [*guides, _renew(_DASHBOARD, "dashboard-en")]


def _renew(drawn: str, name: str, most_rows: int | None = None) -> Path:
    source = _DRAWN / drawn
    if not source.exists():
        raise DevstackError(f"{drawn} was not drawn: run `make pictures` first")
    small = with_few_colours(source.read_bytes(), most_rows)
    if len(small) > MOST_BYTES:
        raise DevstackError(f"{drawn} takes {len(small)} bytes of {MOST_BYTES}")
    target = _PICTURES / f"{name}.png"
    target.write_bytes(small)
    return target


def with_few_colours(png: bytes, most_rows: int | None = None) -> bytes:
    """The same picture with a palette, or its topmost rows. Takes what Chromium writes: 8 bits,
    RGB, not interlaced."""
    chunks = list(_chunks(png))
    header = chunks[0][1]
    width, _, depth, colours, *_, interlaced = struct.unpack(">IIBBBBB", header)
    if (depth, colours, interlaced) != (8, 2, 0):
        raise DevstackError("not a picture as Chromium writes them")
    packed = b"".join(content for name, content in chunks if name == b"IDAT")
    rows = list(_rows(zlib.decompress(packed), width * _RGB))[:most_rows]
    pixels = [list(zip(row[::3], row[1::3], row[2::3], strict=True)) for row in rows]
    counted = Counter(pixel for row in pixels for pixel in row)
    palette = [colour for colour, _ in counted.most_common(_COLOURS)]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in counted:
        if colour not in places:
            places[colour] = min(range(len(palette)), key=lambda at: _apart(palette[at], colour))
    lines = b"".join(b"\0" + bytes(places[pixel] for pixel in row) for row in pixels)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(value for colour in palette for value in colour)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _apart(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _rows(stream: bytes, length: int) -> Iterator[bytes]:
    """PNG's five filters undone (specification, section 9.2)."""
    above = bytes(length)
    for at in range(0, len(stream), length + 1):
        kind, row = stream[at], bytearray(stream[at + 1 : at + 1 + length])
        for i in range(length) if kind else ():
            left = row[i - _RGB] if i >= _RGB else 0
            if kind == 1:
                add = left
            elif kind == 2:
                add = above[i]
            elif kind == 3:
                add = (left + above[i]) // 2
            else:
                add = _paeth(left, above[i], above[i - _RGB] if i >= _RGB else 0)
            row[i] = (row[i] + add) & 255
        above = bytes(row)
        yield above


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
