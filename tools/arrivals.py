"""What came in: every file of a folder or a zip, by the name that it came under, its date, and whose it is.

Files of a zip are unpacked under names of their own, so that no name and no path in it can do anything; what can't be
unpacked comes with the reason. A zip in a zip is looked into, too.
"""

import hashlib
import re
import tempfile
import unicodedata
import zipfile
import zlib
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

LARGEST = 20 * 2**20  # of a file, in bytes
MOST = 2 * 2**30  # of all that a zip unpacks to
# Canvas: the name without spaces, whether it is late, the user's number, the submission's number, the file's own name.
CANVAS = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<file>.*)", re.DOTALL)
SETS = re.compile(r"(set|ps|problem|attempt)[-_ ]?\w*", re.IGNORECASE)
MOODLE = re.compile(r"(?P<who>.+)_assignsubmission", re.DOTALL)


class Arrival(NamedTuple):
    """A file that came in."""

    name: PurePosixPath  # where it lay
    file: Path | None  # where it lies now; None if it couldn't be unpacked
    date: float  # seconds since 1970
    wrong: str = ""  # why it can't be graded, as far as that is known already


def arrivals(submitted: Path, folder: Path) -> list[Arrival]:
    """Return all that came in, by name.

    Args:
        submitted: a folder, or a zip as a learning-management system exports it.
        folder: where to unpack; the caller's to remove.
    """
    stem, came = submitted.stem, _unpacked(submitted, folder) if submitted.is_file() else _found(submitted)
    handed_in = [one for one in came if not _aside(one.name)]
    if len(handed_in) == 1 and _is_zip(handed_in[0]) and len(handed_in[0].name.parts) == 1:  # a zip of all in a folder
        stem, came = handed_in[0].name.stem, _unpacked(handed_in[0].file, folder)
    top = _top(came, stem)
    zips = [one for one in came if _is_zip(one)]
    more = [inner._replace(name=one.name / inner.name) for one in zips for inner in _unpacked(one.file, folder)]
    kept = [one for one in came if not _is_zip(one)] + more
    named = [
        one._replace(name=PurePosixPath(*one.name.parts[len(top) :])) if one.name.parts[: len(top)] == top else one
        for one in kept
    ]
    return sorted(named, key=lambda one: str(one.name))


def _is_zip(one: Arrival) -> bool:
    return one.file is not None and one.name.suffix.lower() == ".zip"


def _found(folder: Path) -> list[Arrival]:
    came = []
    for path in folder.rglob("*"):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_symlink():
            came.append(Arrival(name, None, path.lstat().st_mtime, "is a link and no file: hand in what it points to"))
        elif path.is_file():
            came.append(Arrival(name, path, path.stat().st_mtime))
    return came


def _unpacked(archive: Path | None, folder: Path) -> list[Arrival]:
    """Return a zip's files, each unpacked as far as it can be."""
    assert archive is not None
    came, left = [], MOST
    try:
        whole = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        return [Arrival(PurePosixPath("."), None, 0.0, f"is a zip that can't be opened: {error}")]
    with whole:
        for member in whole.infolist():
            name = PurePosixPath(*[part for part in PurePosixPath(member.filename).parts if part not in ("/", "..")])
            if member.is_dir() or not name.parts:
                continue
            date, file, wrong = _date(member), None, ""
            try:
                with whole.open(member) as stream:
                    data = stream.read(min(LARGEST, left) + 1)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
                wrong = f"is damaged: {error}"
            except NotImplementedError:
                wrong = "is compressed in a way that can't be read: pack it again"
            except RuntimeError as error:
                wrong = "is encrypted" if "encrypted" in str(error) else f"can't be unpacked: {error}"
            else:
                left -= len(data)
                if len(data) > LARGEST:
                    wrong = f"is larger than {LARGEST // 2**20} MB: clear its outputs and send it again"
                elif left < 0:
                    wrong = f"is left out: the zip unpacks to more than {MOST // 2**30} GB"
                else:
                    file = Path(tempfile.mkstemp(dir=folder, prefix="came-")[1])
                    file.write_bytes(data)
            came.append(Arrival(name, file, date, wrong))
    return came


def _date(member: zipfile.ZipInfo) -> float:
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError):  # a month 0, for example
        return 0.0


def _top(came: list[Arrival], stem: str) -> tuple[str, ...]:
    """Return the folders that all lies in and that are no student's: around students' folders, or Canvas's files.

    They are those above the first in which there are several folders, or files named as Canvas names them, or a folder
    as Moodle names it; and one of the zip's own name. Folders named as sets or attempts are no students'.
    """
    names = [one.name.parts for one in came if not _aside(one.name)]
    shared = 0
    while len({parts[: shared + 1] for parts in names}) == 1 and all(len(parts) > shared + 1 for parts in names):
        shared += 1
    for depth in range(1, shared + 1):
        files = [parts[depth] for parts in names if len(parts) == depth + 1]
        folders = {parts[depth] for parts in names if len(parts) > depth + 1}
        students = [folder for folder in folders if not SETS.match(folder)]
        canvas = bool(files) and all(CANVAS.fullmatch(name) for name in files)
        if canvas or (not files and (len(students) > 1 or any(MOODLE.match(folder) for folder in folders))):
            return names[0][:depth]
    return names[0][:1] if shared and names[0][0] == stem else ()


def _aside(name: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.parts)


def is_aside(one: Arrival) -> bool:
    """Tell whether a file is what systems leave behind, and nobody handed in."""
    return _aside(one.name)


def student_of(name: PurePosixPath) -> str:
    """Return who handed a file in, in letters that nbgrader takes: no two who are called otherwise become one.

    It is the folder that it lies in, by Moodle with a number. In no folder, it is what Canvas writes first, with the
    user's number; or else the beginning of the name up to the first underscore. Where letters must be left out, a few
    that follow from the whole name stand behind it.
    """
    first = PurePosixPath(name.parts[0])
    moodle, canvas = MOODLE.match(first.name), _canvas(name)
    if moodle:
        said = moodle["who"]
    elif canvas:
        said = f"{canvas['name']}_{canvas['user']}"
    elif len(name.parts) > 1 and first.suffix.lower() != ".zip":
        said = first.name
    else:
        said = first.stem.split("_")[0] or first.stem
    said = unicodedata.normalize("NFC", said)
    cleaned = re.sub(r"[^\w.-]+", "-", said).strip("-.")
    numbered = moodle is not None and re.search(r"_\d+$", cleaned)
    if cleaned == said or (numbered and cleaned):
        return cleaned
    mark = hashlib.sha256(said.encode("utf8", "surrogatepass")).hexdigest()[:5]
    return f"{cleaned or 'unnamed'}-{mark}"


def _canvas(name: PurePosixPath) -> re.Match[str] | None:
    """Return what Canvas says in the name of a file, or of a zip, that lies in no folder."""
    alone = len(name.parts) == 1 or name.parts[0].lower().endswith(".zip")
    return CANVAS.fullmatch(name.parts[0]) if alone else None


def is_late(name: PurePosixPath) -> bool:
    """Tell whether Canvas says that a file came late."""
    canvas = _canvas(name)
    return bool(canvas and canvas["late"])


def attempt(one: Arrival) -> tuple[float, int, list[int | str], str]:
    """Return what tells a student's attempts apart, the newest greatest: date, Canvas's number, numbers in the name."""
    canvas = _canvas(one.name)
    pieces = [int(piece) if piece.isdigit() else 0 for piece in re.split(r"(\d+)", one.name.stem)]
    return one.date, int(canvas["submission"]) if canvas else 0, [*pieces], str(one.name)


def printable(text: str) -> str:
    """Return a text that any terminal and any file takes: without control characters and broken letters."""
    whole = text.encode("utf8", "backslashreplace").decode("utf8")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in whole)
