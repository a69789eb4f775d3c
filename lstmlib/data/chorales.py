"""Bach's chorales as piano rolls: which of 88 keys sound at each quarter note, out of scores that music21 carries.

The scores may be used by the permission of those who typed them in, which was given to music21; so nothing made of them
is handed on here. They are read where that package is installed. Nothing of it is imported.
"""

import importlib.util
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.chorale_numbers import LEARN, TEST, VALID

KEYS, LOWEST = 88, 21  # of a piano; the number of its lowest key in MIDI, A0
VOICES = ("soprano", "alto", "tenor", "bass")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
MISSING = (
    "Bach's chorales are read from music21, which isn't installed: pip install music21==10.5.1. "
    "Its scores may not be copied, so lstmlib can't carry them"
)


class Score(NamedTuple):
    """One chorale, a step a quarter note."""

    roll: NDArray[np.uint8]  # which keys sound as a step begins, 0 or 1, (T, 88), the lowest key first
    pause: NDArray[np.bool_]  # whether somebody holds a fermata then: a phrase ends, (T,)


class Tune(NamedTuple):
    """What a chorale's roll doesn't tell of it: where bars begin, and what the soprano sings."""

    beat: NDArray[np.int64]  # quarters since the bar began as if it were full, (T,)
    bar: NDArray[np.int64]  # quarters in a full bar, (T,)
    key: NDArray[np.int64]  # the soprano's at each step, from 0, and -1 while she's silent, (T,)


class Chorales(NamedTuple):
    """The three parts of the standard split, as far as its chorales were found."""

    learn: list[Score]
    valid: list[Score]
    test: list[Score]


def chorales(folder: Path | None = None) -> Chorales:
    """Return Bach's chorales in the standard split: 217 to learn from, 74 for validation, 75 for the test.

    Source: Boulanger-Lewandowski, Bengio and Vincent (2012) for the split; the scores of music21, whose editions aren't
    theirs.

    Args:
        folder: where the scores are, "bwv1.6.mxl" and so on; if it isn't given, where music21 is installed.

    Raises:
        ModuleNotFoundError: music21 isn't installed.
        FileNotFoundError: a score isn't there.
    """
    place = folder or scores()
    return Chorales(*([read(place / f"bwv{number}.mxl") for number in part.split()] for part in (LEARN, VALID, TEST)))


def scores() -> Path:
    """Return the folder of music21's scores by Bach.

    Raises:
        ModuleNotFoundError: music21 isn't installed.
    """
    found = importlib.util.find_spec("music21")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(MISSING, name="music21")
    return Path(found.origin).parent / "corpus" / "bach"


def read(path: Path) -> Score:
    """Return a score in MusicXML, packed as .mxl, as a piano roll of its sung voices.

    A step is a quarter note. A key counts at a step if its note sounds as the step begins; eighth notes between two
    steps are lost. Parts whose names begin otherwise than the four voices', instruments, are left out. What is to be
    repeated stands there once.

    Args:
        path: of the file.

    Raises:
        FileNotFoundError: it isn't there.
        ValueError: it has no such voice, or a note that a piano doesn't have.
    """
    parts = [_notes(part) for part in _voices(path)]
    length = -(-max(bars[-1][1] for _, bars in parts) // 1)
    roll, pause = np.zeros((int(length), KEYS), np.uint8), np.zeros(int(length), bool)
    for notes, _ in parts:
        for start, duration, key, held in notes:
            if not 0 <= key < KEYS:
                raise ValueError(f"{path} has the key {key}, expected 0 to {KEYS - 1}")
            steps = _steps(start, duration)
            roll[steps, key] = 1
            pause[steps] |= held
    return Score(roll, pause)


def tune(path: Path) -> Tune:
    """Return the beats of a score and the tune of its first voice, step by step as ``read`` counts them.

    A first bar that isn't full is an upbeat, so it ends where a full one does. Of two such bars in a row that are one
    together, as where a repeat ends, the second goes on where the first stops.

    Args:
        path: of the file, as for ``read``, with the same errors.
    """
    parts = [_notes(part) for part in _voices(path)]
    notes, bars = parts[0]
    length = int(-(-max(own[-1][1] for _, own in parts) // 1))
    beat, bar, key = np.zeros(length, int), np.zeros(length, int), np.full(length, -1)
    before = Fraction(0)  # quarters in the bar before, if that wasn't full
    for k, (start, end, full) in enumerate(bars):
        size = end - start
        first = full - size if size < full and (k == 0 or before + size == full) else Fraction(0)
        before = size if size < full and not first else Fraction(0)
        steps = _steps(start, size)
        beat[steps], bar[steps] = [int(first + t - start) for t in steps], int(full)
    for start, duration, number, _ in notes:
        key[_steps(start, duration)] = number
    return Tune(beat, bar, key)


def _voices(path: Path) -> list[Any]:
    """Return a score's sung parts, the highest first."""
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".xml") and not n.startswith("META-INF"))
        root = ElementTree.fromstring(archive.read(name))
    names = {part.get("id"): (part.findtext("part-name") or "").strip().lower() for part in root.iter("score-part")}
    parts = [part for part in root.findall("part") if names[part.get("id")].startswith(VOICES)]
    if not parts:
        raise ValueError(f"{path} has the parts {sorted(names.values())}, expected soprano, alto, tenor or bass")
    return sorted(parts, key=lambda part: [names[part.get("id")].startswith(voice) for voice in VOICES].index(True))


def _steps(start: Fraction, duration: Fraction) -> range:
    """Return the quarters that begin within a time."""
    return range(int(-(-start // 1)), int(-(-(start + duration) // 1)))


def _notes(part: Any) -> tuple[list[tuple[Fraction, Fraction, int, bool]], list[tuple[Fraction, Fraction, Fraction]]]:
    """Return a part's notes and its bars, in quarters.

    Returns:
        of each note its start and length, its key, and whether it has a fermata; of each bar its beginning and end, and
        how long a full one is.
    """
    found, bars, divisions, begin, full = [], [], 1, Fraction(0), Fraction(4)
    for measure in part.findall("measure"):
        now = last = end = begin
        if (time := measure.find("attributes/time")) is not None:
            full = Fraction(4 * int(time.findtext("beats", "4")), int(time.findtext("beat-type", "4")))
        for element in measure:
            divisions = int(element.findtext("divisions") or divisions) if element.tag == "attributes" else divisions
            if element.tag not in ("backup", "forward", "note") or element.find("grace") is not None:
                continue
            duration = Fraction(int(element.findtext("duration", "0")), divisions)
            if element.tag == "note":
                start = last if element.find("chord") is not None else now
                if (key := _key(element)) is not None:
                    found.append((start, duration, key, element.find("notations/fermata") is not None))
                last, now = start, start + duration
            else:
                now += duration if element.tag == "forward" else -duration
            end = max(end, now)
        bars.append((begin, end, full))
        begin = end
    return found, bars


def _key(note: Any) -> int | None:
    """Return a note's key on the piano, from 0, and None for a rest."""
    pitch = note.find("pitch")
    if pitch is None:
        return None
    alter = round(float(pitch.findtext("alter") or 0))
    return int(12 * (int(pitch.findtext("octave")) + 1) + STEPS[pitch.findtext("step")] + alter - LOWEST)
