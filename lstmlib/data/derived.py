"""Small files that were taken out of packages once, so that nobody has to install those: ``make data`` does it again.

``files/`` holds them, and ``files/sources.json`` says of each where it comes from, to the bit, and under which licence.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

FOLDER = Path(__file__).parent / "files"


def sources() -> dict[str, dict[str, Any]]:
    """Return what is known of each file: "package" and "version" that carry it, "member", the path in its wheel.

    More of each: "member_sha256" of what stands there, "sha256" of the file derived from it, "licence", "notice", what
    the licence asks to be said, and "origin", where the data themselves come from.
    """
    return json.loads((FOLDER / "sources.json").read_text(encoding="utf8"))


def read(name: str) -> str:
    """Return a derived file's text.

    Args:
        name: one of ``sources()``.

    Raises:
        ValueError: it isn't what was derived: its checksum is another.
    """
    data = (FOLDER / name).read_bytes()
    check(name, data, sources()[name]["sha256"])
    return data.decode()


def derive(name: str, carried: bytes) -> bytes:
    """Return the file that is derived from what a package carries.

    Args:
        name: one of ``sources()``.
        carried: what stands at "member" in the package.

    Raises:
        ValueError: the package carries something else than it did, or what comes out is something else.
    """
    source = sources()[name]
    check(f"{source['member']} of {source['package']} {source['version']}", carried, source["member_sha256"])
    found = DERIVE[name](carried)
    check(name, found, source["sha256"])
    return found


def check(what: str, data: bytes, expected: str) -> None:
    """Raise an error unless the bytes have that checksum.

    Raises:
        ValueError: they don't.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ValueError(f"{what} has the SHA-256 {found}, expected {expected}")


def _electricity(carried: bytes) -> bytes:
    """Return the numbers of pmdarima's taylor.py, a day a line; the first stand in its docstring, too."""
    numbers = re.findall(r"(?<![\w.])\d{5}(?![\w.])", carried.decode().split("rslt = ")[1])
    days = [" ".join(numbers[k : k + 48]) for k in range(0, len(numbers), 48)]
    return ("\n".join(days) + "\n").encode()


def _addresses(carried: bytes) -> bytes:
    """Return usaddress's labelled addresses, one a line: spans between tabs, of each its label, then its words."""
    lines = []
    for address in ElementTree.fromstring(carried):
        spans: list[list[str]] = []
        for part in address:
            words = (part.text or "").split()
            if spans and spans[-1][0] == part.tag:
                spans[-1] += words
            else:
                spans.append([part.tag, *words])
        lines.append("\t".join(" ".join(span) for span in spans))
    return ("\n".join(lines) + "\n").encode()


DERIVE: dict[str, Callable[[bytes], bytes]] = {"addresses.txt": _addresses, "electricity.txt": _electricity}
