"""A passage for each claim, to be looked at: the gate in the first net of its kind, before and after learning."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.plays import plays
from lstmlib.studies.at_work.gates import cells, chords, language, measures, pen, prices
from lstmlib.studies.at_work.gates.measures import Pairs, Places
from lstmlib.studies.at_work.handwriting import nets as pen_nets

LONG = 72  # steps


class Scene(NamedTuple):
    """What a passage is cut from: one gate of a learnt and of an untrained net, and where the claim looks."""

    learnt: NDArray[Any]  # (T, N, H)
    untrained: NDArray[Any]
    pairs: Pairs  # by which the best cells are chosen
    places: Places  # all that might be shown, (n, 2)
    partners: Places
    width: int
    lower: bool


def passage(scene: Scene, gate: str, labels: list[list[str]], lengths: NDArray[np.int64], first: int) -> dict[str, Any]:
    """Return the passage with most places and partners, of either at most four counted.

    Args:
        scene: what it is cut from.
        gate: which it is.
        labels: what stands under each step of each sequence.
        lengths: steps of each sequence.
        first: the first step that may be shown.
    """
    best, where = -1, (0, first)
    for n, length in enumerate(lengths):
        mine, theirs = (np.sort(side[side[:, 1] == n][:, 0]) for side in (scene.places, scene.partners))
        for t in range(first, max(first + 1, int(length) - LONG), 6):
            count = sum(min(4, int(((side >= t + 3) & (side < t + LONG - 6)).sum())) for side in (mine, theirs))
            if count > best:
                best, where = count, (n, t)
    n, start = where
    last = min(start + LONG, int(lengths[n]))
    found: dict[str, Any] = {"width": scene.width, "labels": labels[n][start:last]}
    for name, side in (("places", scene.places), ("partners", scene.partners)):
        steps = sorted(int(t) - start for t, m in side if m == n and start <= t and t + scene.width <= last)
        found[name] = steps
    for name, values in (("learnt", scene.learnt), ("untrained", scene.untrained)):
        cell = measures.act(values, scene.pairs, scene.width, gate == "forget", scene.lower).best
        shown = values[start:last, n]
        curves = {"mean": shown.mean(1), "best": shown[:, cell]}
        found[name] = {"cell": cell + 1} | {key: np.round(v.astype(float), 3).tolist() for key, v in curves.items()}
    return found


def make(kind: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return a passage for every claim that is tested with nets of one kind, by its name.

    Args:
        kind: one of ``record.KINDS``.
        folder: where the nets of that kind are.
    """
    of = {"text": _texts, "pen": _strings, "prices": _days, "chords": _chorales}
    return of[kind](folder)


def _texts(kept: Path) -> dict[str, dict[str, Any]]:
    asked = language.Bench()
    known = language.nouns("\n".join(plays().learn.values()))
    of = {"sentence": language.sentences, "nouns": lambda text: language.words(text, known), "grammar": language.spaces}
    nets = (asked.learnt(0, kept), asked.untrained(0))
    readings = [cells.read(language.weights(net)[0], asked.x[:-1]) for net in nets]
    labels = [["⏎" if c == "\n" else c for c in text[:-1]] for text in asked.texts]
    found = {}
    for name, (gate, width, lower) in language.CLAIMS.items():
        spots = [of[name](text) for text in asked.texts]
        sides = [np.array([(t, n) for n, both in enumerate(spots) for t, _ in both[k]]) for k in range(2)]
        learnt, raw = (getattr(reading, gate) for reading in readings)
        scene = Scene(learnt, raw, asked.pairs[name], sides[0], sides[1], width, lower)
        lengths = np.full(len(labels), len(labels[0]))
        found[name] = passage(scene, gate, labels, lengths, language.WARM)
    return found


def _strings(kept: Path) -> dict[str, dict[str, Any]]:
    """Return those of handwriting, in the cells that read from the front."""
    asked = pen.Bench()
    nets = (pen.weights(asked.learnt(0, kept)), pen.weights(pen_nets.Net(0)))
    both = asked.pairs(asked.read(nets[0])[2])
    digit = np.where(asked.known.digit >= 0, asked.known.digit, 0)
    middle = np.zeros(digit.shape, bool)
    for n in range(digit.shape[1]):
        for d in range(asked.source.target_lengths[n]):
            points = np.flatnonzero(asked.source.owner[:, n] == d)
            middle[points[len(points) // 2], n] = True
    labels = [[str(digit[t, n]) if middle[t, n] else "" for t in range(len(digit))] for n in range(digit.shape[1])]
    found = {}
    for name, (gate, width, lower) in pen.CLAIMS.items():
        learnt, raw = (asked.gates(net, gate)[0] for net in nets)
        own = both[name][0]
        scene = Scene(learnt, raw, own, own.places, own.partners, width, lower)
        found[name] = passage(scene, gate, labels, asked.source.lengths, 0)
    return found


def _days(folder: Path) -> dict[str, dict[str, Any]]:
    from lstmlib.data.sp500 import sp500

    asked = prices.Bench(folder)
    x, nets = prices.inputs(asked.z[:, None]), (asked.learnt(0, folder), prices.Net(0))
    readings = [cells.read(prices.weights(net)[0], x) for net in nets]
    days = sp500().days[1:]
    labels = [[str(day) if k % 24 == 0 else "" for k, day in enumerate(days)]]
    found = {}
    for name, (gate, width, lower) in prices.CLAIMS.items():
        own = asked.pairs[name]
        learnt, raw = (getattr(reading, gate) for reading in readings)
        scene = Scene(learnt, raw, own, own.places, own.partners, width, lower)
        found[name] = passage(scene, gate, labels, np.array([len(days)]), asked.data.test)
    return found


def _chorales(kept: Path) -> dict[str, dict[str, Any]]:
    """Return those of music: under each step stands the beat of the chord that is read, and no note."""
    asked = chords.Bench()
    nets = (asked.learnt(0, kept), asked.untrained(0))
    readings = [cells.read(chords.weights(net).cells, asked.data.x) for net in nets]
    labels = [["", *(str(beat + 1) for beat in piece.tune.beat[:-1])] for piece in asked.pieces]
    lengths = np.array([len(piece.tune.beat) for piece in asked.pieces])
    found = {}
    for name, (gate, width, lower) in chords.CLAIMS.items():
        learnt, raw = (getattr(reading, gate) for reading in readings)
        own = asked.pairs[name]
        scene = Scene(learnt, raw, own, own.places, own.partners, width, lower)
        found[name] = passage(scene, gate, labels, lengths, 0)
    return found
