"""The claims about music: where phrases end, which patterns come again, which beats are strong. It needs music21.

A step of a net reads a chord and says the next: at step t it reads chord t - 1. It isn't told of bars or fermatas.
"""

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.data import chorale_numbers
from lstmlib.data.chorales import Score, Tune, scores, tune
from lstmlib.studies.at_work.gates import cells, measures
from lstmlib.studies.at_work.gates.cells import GATES, Cells, Held, Reading
from lstmlib.studies.at_work.gates.language import Spot
from lstmlib.studies.at_work.gates.measures import Pairs
from lstmlib.studies.at_work.halves import kept
from lstmlib.studies.at_work.music import nets, reading, task

KIND = "turn"  # of nets
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


PLACES = {"phrases": phrases, "motifs": motifs, "rhythm": beats}


def pairs(asked: list[Piece]) -> dict[str, Pairs]:
    """Return the pairs of each claim in chorales, (n, 2): the step, and which."""
    found = {}
    for name, of in PLACES.items():
        sides: list[list[tuple[int, int, tuple[object, ...]]]] = [[], []]
        for n, piece in enumerate(asked):
            for side, spots in zip(sides, of(piece), strict=True):
                side += [(t, n, stratum) for t, stratum in spots if t + AHEAD <= len(piece.score.roll)]
        places, partners = (np.array([spot[:2] for spot in side]) for side in sides)
        found[name] = measures.paired(places, [s[2] for s in sides[0]], partners, [s[2] for s in sides[1]])
    return found


class Weights(NamedTuple):
    """A net's cells and its read-out."""

    cells: Cells
    readout: NDArray[Any]  # (88, H)
    bias: NDArray[Any]  # (88,)
    below: NDArray[Any]  # (88, 88): what a key's score gets if a lower one sounds


class Batch(NamedTuple):
    """Chorales side by side, nothing past their ends."""

    x: NDArray[np.float32]  # the chords before each step, (T, N, 88)
    y: NDArray[np.float32]  # those at each step
    inside: NDArray[np.bool_]  # which steps there are, (T, N)
    beat: NDArray[np.int64]  # of the chord at each step in bars of four quarters, and -1 elsewhere, (T, N)


def batch(asked: list[Piece]) -> Batch:
    """Return chorales as one batch."""
    x, y, inside = (value.numpy() for value in nets.padded([piece.score.roll for piece in asked]))
    beat = np.full(inside.shape, -1)
    for n, piece in enumerate(asked):
        beat[: len(piece.tune.beat), n] = np.where(piece.tune.bar == 4, piece.tune.beat, -1)
    return Batch(x, y, inside, beat)


class Bench:
    """What all nets of this kind are asked: the test's chorales, and pairs of places in them."""

    def __init__(self) -> None:
        self.pieces = pieces("test")
        self.data, self.fitted = batch(self.pieces), batch(pieces("valid"))
        self.pairs = pairs(self.pieces)
        self.setting = reading.chosen(reading.load(), KIND)

    def learnt(self, seed: int, folder: Path) -> nets.Net:
        """Return a net as ``music`` trains it: the first is stored there, the others are trained now and kept here."""
        from safetensors.numpy import save_file

        path, net = folder / f"chords-{seed}.safetensors", self.untrained(seed)
        if seed == 0:
            path = reading.FOLDER / reading.KEPT[KIND]
        if not path.exists():
            save_file(nets.as_kept(nets.learn(KIND, self.setting, seed)[0]), path)
        net.load_state_dict({name: torch.from_numpy(value) for name, value in kept(path).items()})
        return net

    def untrained(self, seed: int) -> nets.Net:
        """Return a net of the same seed that has learnt nothing."""
        return nets.Net(KIND, self.setting, seed)

    def measure(self, seed: int, folder: Path) -> dict[str, Any]:
        """Return all that is measured of one net, and of the same before it learnt."""
        model, raw = weights(self.learnt(seed, folder)), weights(self.untrained(seed))
        x, y, inside, _ = self.data
        done, blank = (cells.read(one.cells, x) for one in (model, raw))
        fixed = {gate: getattr(done, gate)[inside].mean(0) for gate in GATES}
        usual = nats(model, done.h, y)
        clamped = partial(self.clamped, model, done, usual)
        found: dict[str, Any] = {
            "score": float(usual[inside].mean()),
            "claims": measures.of_claims(CLAIMS, self.pairs, (done, blank), fixed, clamped),
        }
        found["frozen"] = {"none": found["score"]}
        for name, held in cells.held_still(fixed).items():
            h = cells.read(model.cells, x, None, *held).h
            found["frozen"][name] = float(nats(model, h, y)[inside].mean())
        found["probe"] = self.probes(seed, model, raw)
        return found

    def clamped(
        self, model: Weights, found: Reading, usual: NDArray[Any], places: NDArray[np.int64], width: int, held: Held
    ) -> float:
        """Return the nats that holding a gate in a window adds to eight chords, mean over places."""
        t, n = places[:, 0] + np.arange(AHEAD)[:, None], places[:, 1]
        where = np.repeat((np.arange(AHEAD) < width)[:, None], len(places), 1)
        h = cells.read(model.cells, self.data.x[t, n], cells.before(found, places), held._replace(where=where)).h
        return float((nats(model, h, self.data.y[t, n]) - usual[t, n]).sum(0).mean())

    def probes(self, seed: int, model: Weights, raw: Weights) -> dict[str, Any]:
        """Return how often a linear probe says the beat to come rightly, from each gate and from the chord read.

        "shuffled" is what the output gate says if the beats of each chorale are shuffled where it is fitted.
        """
        both = (self.fitted, self.data)
        found: dict[str, Any] = {"chord": probe([one.x for one in both], both)}
        for name, net in (("learnt", model), ("untrained", raw)):
            each = [cells.read(net.cells, one.x) for one in both]
            found[name] = {gate: probe([getattr(one, gate) for one in each], both) for gate in GATES}
            if name == "learnt":
                rng, mixed = np.random.default_rng(seed), self.fitted.beat.copy()
                for n in range(mixed.shape[1]):
                    at = mixed[:, n] >= 0
                    mixed[at, n] = rng.permutation(mixed[at, n])
                found["shuffled"] = probe([one.output for one in each], (self.fitted._replace(beat=mixed), self.data))
        return found

    def afterwards(self, seed: int, folder: Path) -> dict[str, list[float]]:
        """Return of each claim what was thought of after the measures, as ``record.afterwards`` has it."""
        both = (self.learnt(seed, folder), self.untrained(seed))
        learnt, blank = (cells.read(weights(net).cells, self.data.x) for net in both)
        return measures.afterwards_of_claims(CLAIMS, self.pairs, (learnt, blank), self.data.inside)


def weights(net: nets.Net) -> Weights:
    """Return a net's cells and its read-out."""
    values = {name: value.detach().numpy() for name, value in net.named_parameters()}
    below = values["below.weight"] * np.tri(len(values["below.weight"]), k=-1, dtype=np.float32)
    return Weights(cells.cells_of(values), values["readout.weight"], values["readout.bias"], below)


def nats(model: Weights, h: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """Return the nats of chords y (T, N, 88), from h (T, N, H): (T, N)."""
    scores = h @ model.readout.T + model.bias + y @ model.below.T
    return np.asarray((np.logaddexp(0.0, scores) - y * scores).sum(-1))


def probe(features: list[NDArray[Any]], data: tuple[Batch, Batch]) -> float:
    """Return how often the beat is said rightly in the second batch, by least squares fitted on the first.

    Args:
        features: of both batches, (T, N, F) each.
        data: both.
    """
    (A, wanted), (B, there) = (
        (np.c_[own[one.beat >= 0], np.ones((one.beat >= 0).sum())].astype(float), one.beat[one.beat >= 0])
        for own, one in zip(features, data, strict=True)
    )
    inverse = np.linalg.inv(A.T @ A + 1e-3 * len(A) * np.eye(A.shape[1]) / A.shape[1])
    said = B @ (inverse @ (A.T @ np.eye(4)[wanted]))
    return float((said.argmax(1) == there).mean())
