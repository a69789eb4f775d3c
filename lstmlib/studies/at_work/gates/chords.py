"""The claims about music: where phrases end, which patterns come again, which beats are strong. It needs music21.

A step of a net reads a chord and says the next: at step t it reads chord t - 1. It isn't told of bars or fermatas.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import chorale_numbers
from lstmlib.data.chorales import Score, Tune, scores, tune
from lstmlib.studies.at_work.gates import measures
from lstmlib.studies.at_work.gates.language import Spot
from lstmlib.studies.at_work.gates.measures import Pairs
from lstmlib.studies.at_work.music import task

NOTES, AHEAD = 5, 8  # of a motif; chords whose loss a clamp may change
STRONG = {4: (0, 2), 3: (0,)}  # beats, by how many quarters a bar has
# name -> gate, how many steps, whether the claim has it lower
CLAIMS = {
    "phrases": ("forget", 2, True),
    "motifs": ("input", NOTES, False),
    "rhythm": ("output", 1, False),
}


class Piece(NamedTuple):
    """One chorale."""

    score: Score
    tune: Tune


def pieces(part: str) -> list[Piece]:
    """Return the chorales of a part, "valid" or "test", with their beats and tunes.

    Raises:
        ModuleNotFoundError: music21 isn't installed.
    """
    found, numbers = getattr(task.pieces(), part), getattr(chorale_numbers, part.upper()).split()
    return [Piece(one, tune(scores() / f"bwv{number}.mxl")) for one, number in zip(found, numbers, strict=True)]


def kinds(roll: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """Return of each chord which semitones above its bass sound, octaves left out: the same for the same in any key."""
    keys = [np.flatnonzero(chord) for chord in roll]
    return [tuple(np.unique((own - own[0]) % 12).tolist()) if len(own) else () for own in keys]


def stays(roll: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return whether each chord is that of the step before, (T,)."""
    return np.r_[False, (roll[1:] == roll[:-1]).all(1)]


def phrases(piece: Piece) -> tuple[list[Spot], list[Spot]]:
    """Return the steps that read the last chord under a fermata, and those that read one inside a phrase."""
    found: tuple[list[Spot], list[Spot]] = ([], [])
    pause, on, kind = piece.score.pause, stays(piece.score.roll), kinds(piece.score.roll)
    for t in range(1, len(pause)):
        last = pause[t - 1] and not pause[t]
        if last or (t >= 3 and not pause[t - 3 : t + 3].any()):
            stratum = (int(piece.tune.bar[t - 1]), int(piece.tune.beat[t - 1]), bool(on[t - 1]), kind[t - 1])
            found[not last].append((t, stratum))
    return found


def motifs(piece: Piece) -> tuple[list[Spot], list[Spot]]:
    """Return the steps that begin to read a motif's first occurrence, and a pattern that comes but once.

    A pattern is the intervals between ``NOTES`` keys of the soprano, a quarter apart, within a phrase, two of which or
    more aren't 0. It is a motif if it comes again after its end. No two places share a step; no partner shares one
    with any occurrence of a motif.
    """
    key, pause, known = piece.tune.key, piece.score.pause, defaultdict(list)
    for k in range(len(key) - NOTES + 1):
        own, steps = key[k : k + NOTES], tuple(np.diff(key[k : k + NOTES]).tolist())
        if (own >= 0).all() and not pause[k : k + NOTES - 1].any() and np.count_nonzero(steps) >= 2:
            known[steps].append(k)
    again = {steps: each for steps, each in known.items() if each[-1] - each[0] >= NOTES}
    taken = {k + j for each in again.values() for k in each for j in range(NOTES)}
    found: tuple[list[Spot], list[Spot]] = ([], [])
    end = 0
    for k, steps in sorted((each[0], steps) for steps, each in known.items()):
        last = k + NOTES - 1
        stratum = (int(piece.tune.bar[last]), int(piece.tune.beat[last]), steps[-1])
        if steps in again and k >= end:
            found[0].append((k + 1, stratum))
            end = k + NOTES
        elif steps not in again and len(known[steps]) == 1 and taken.isdisjoint(range(k, k + NOTES)):
            found[1].append((k + 1, stratum))
    return found


def beats(piece: Piece) -> tuple[list[Spot], list[Spot]]:
    """Return the steps that say the chord of a strong beat, and of a weak one, both inside a phrase."""
    found: tuple[list[Spot], list[Spot]] = ([], [])
    pause, on, kind = piece.score.pause, stays(piece.score.roll), kinds(piece.score.roll)
    for t in range(2, len(pause)):
        bar, beat = int(piece.tune.bar[t]), int(piece.tune.beat[t])
        if bar in STRONG and not pause[t - 2 : t + 1].any():
            found[beat not in STRONG[bar]].append((t, (bar, bool(on[t - 1]), kind[t - 1])))
    return found


def pairs(asked: list[Piece]) -> dict[str, Pairs]:
    """Return the pairs of each claim in chorales, (n, 2): the step, and which."""
    found = {}
    for name, of in (("phrases", phrases), ("motifs", motifs), ("rhythm", beats)):
        sides: list[list[tuple[int, int, tuple[object, ...]]]] = [[], []]
        for n, piece in enumerate(asked):
            for side, spots in zip(sides, of(piece), strict=True):
                side += [(t, n, stratum) for t, stratum in spots if t + AHEAD <= len(piece.score.roll)]
        places, partners = (np.array([spot[:2] for spot in side]) for side in sides)
        found[name] = measures.paired(places, [s[2] for s in sides[0]], partners, [s[2] for s in sides[1]])
    return found
