"""The claims about handwriting: where digits begin and end, which strokes are distinctive, where a net says a digit."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.numpy.ctc import label_error_rate
from lstmlib.studies.at_work import handwriting
from lstmlib.studies.at_work.gates import cells, measures
from lstmlib.studies.at_work.gates.cells import GATES, Cells, Held, Reading
from lstmlib.studies.at_work.gates.measures import Act, Pairs
from lstmlib.studies.at_work.halves import kept
from lstmlib.studies.at_work.handwriting import nets, reading
from lstmlib.studies.at_work.handwriting.strings import BETWEEN, Strings

OCTANTS, TENTHS, TIMES = 8, 10, 2.0  # directions, parts of a digit; how much more frequent a distinctive one is
# name -> gate, how many steps, whether the claim has it lower
CLAIMS = {
    "characters": ("forget", 3, True),
    "strokes": ("input", 1, False),
    "identity": ("output", 1, False),
}


class Ink(NamedTuple):
    """What is known of each point of strings, (T, N) each; nothing past their ends."""

    digit: NDArray[np.int64]  # which, or -1
    octant: NDArray[np.int64]  # of the stroke that leads to it
    tenth: NDArray[np.int64]  # of its digit, from its first point to its last
    third: NDArray[np.int64]  # of the string
    first: NDArray[np.bool_]  # of a digit
    last: NDArray[np.bool_]
    deep: NDArray[np.bool_]  # inside a digit, and so are the point before and the one after


def ink(source: Strings) -> Ink:
    """Return what is known of each point."""
    T, N = source.owner.shape
    inside = (np.arange(T)[:, None] < source.lengths) & (source.owner != BETWEEN)
    digit = np.where(inside, np.take_along_axis(source.target.T, np.maximum(source.owner, 0), 0), -1)
    angle = np.arctan2(source.x[..., 1], source.x[..., 0])
    octant = np.floor((angle + np.pi) / (2.0 * np.pi) * OCTANTS - 1e-6).astype(int) % OCTANTS
    own = np.where(inside, source.owner, -1)
    before, after = (np.full((T, N), -1) for _ in range(2))
    before[1:], after[:-1] = own[:-1], own[1:]
    first, last = inside & (own != before), inside & (own != after)
    tenth = np.zeros((T, N), int)
    for n in range(N):
        for d in range(source.target_lengths[n]):
            at = np.flatnonzero(own[:, n] == d)
            tenth[at, n] = np.minimum(TENTHS - 1, np.arange(len(at)) * TENTHS // max(1, len(at)))
    third = np.minimum(2, np.arange(T)[:, None] * 3 // source.lengths)
    return Ink(digit, octant, tenth, third, first, last, inside & (own == before) & (own == after))


def frequencies(known: Ink) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return p(octant | digit, tenth), (10, 10, 8), and p(octant | tenth), (10, 8), one added to each count."""
    counts = np.ones((10, TENTHS, OCTANTS))
    at = known.digit >= 0
    np.add.at(counts, (known.digit[at], known.tenth[at], known.octant[at]), 1.0)
    return counts / counts.sum(-1, keepdims=True), counts.sum(0) / counts.sum((0, 2))[:, None]


def times(known: Ink, learnt: Ink) -> NDArray[np.float64]:
    """Return how many times as frequent each point's direction is in its digit as in all, at its tenth, (T, N)."""
    own, every = frequencies(learnt)
    return np.asarray(own[known.digit, known.tenth, known.octant] / every[known.tenth, known.octant])


def boundaries(known: Ink, back: bool) -> Pairs:
    """Return the pairs of "characters" as steps of the cells that read from the front, or of the others.

    Args:
        known: of strings.
        back: for cells that read from the end. Places stay those of the string; the window ends there then.
    """
    edge = known.first.copy() if back else known.last.copy()
    order = np.cumsum(known.first, 0)
    edge &= (order > 1) if back else (order < order[-1])  # a digit on the other side
    t, n = np.nonzero(edge)
    middle = t - 1 if back else t + 1
    u, m = np.nonzero(known.deep)

    def strata(t: NDArray[np.int64], n: NDArray[np.int64]) -> list[tuple[int, int]]:
        return list(zip(known.octant[t, n].tolist(), known.third[t, n].tolist(), strict=True))

    return measures.paired(np.c_[middle - 1, n], strata(middle, n), np.c_[u - 1, m], strata(u, m))


def points(known: Ink, wanted: NDArray[np.bool_], other: NDArray[np.bool_]) -> Pairs:
    """Return pairs of single points of the same direction and tenth, from where each kind is, (T, N)."""
    sides = [np.argwhere(which & (known.digit >= 0)) for which in (wanted, other)]
    strata = [[(int(known.octant[t, n]), int(known.tenth[t, n])) for t, n in side] for side in sides]
    return measures.paired(sides[0], strata[0], sides[1], strata[1])


def said(scores: NDArray[Any], source: Strings, known: Ink) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where a net first says a digit inside it, and where it says nothing, in strings that it reads rightly."""
    best = scores.argmax(-1)
    best[np.arange(len(best))[:, None] >= source.lengths] = 0
    before = np.vstack([np.zeros((1, best.shape[1]), int), best[:-1]])
    new = (best > 0) & (best != before)
    right = np.array([(best[new[:, n], n] - 1).tolist() == source.digits(n) for n in range(best.shape[1])])
    return new & right & (best - 1 == known.digit), (best == 0) & right & (known.digit >= 0)


class Two(NamedTuple):
    """A net of both directions; its second layer reads every string from its end."""

    there: Cells
    back: Cells
    readout: tuple[NDArray[Any], NDArray[Any]]


def weights(net: nets.Net) -> Two:
    """Return a net's two layers and its read-out."""
    values = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    there, back = (cells.cells_of(values, name, "_l0") for name in ("there", "back"))
    return Two(there, back, (values["readout.weight"], values["readout.bias"]))


class Bench:
    """What all nets of this kind are asked: the 1,000 test strings, and pairs of places in them."""

    def __init__(self) -> None:
        self.source = reading.judged("test")
        self.known = ink(self.source)
        rare = times(self.known, ink(reading.learnt("test")))
        self.turned = turned(self.source.lengths, len(self.source.x))
        self.strokes = points(self.known, rare >= TIMES, rare <= 1.0)
        self.edges = (boundaries(self.known, False), boundaries(self.known, True))

    def learnt(self, seed: int, folder: Path) -> nets.Net:
        """Return a net as ``handwriting`` trains it: the first is stored, the others are trained now and kept."""
        from safetensors.numpy import save_file

        stored, net = handwriting.FOLDER / f"gates-pen-{seed}.safetensors", nets.Net(seed)
        path = stored if stored.exists() else folder / f"pen-{seed}.safetensors"
        if not path.exists():
            data = (reading.learnt("test"), self.source)
            made, _ = nets.learn("CTC", reading.chosen(handwriting.load()), seed, data)
            save_file({name: value.numpy().astype(np.float16) for name, value in made.state_dict().items()}, path)
        net.load_state_dict({name: torch.from_numpy(value) for name, value in kept(path).items()})
        return net

    def read(self, two: Two, *held: tuple[Held, Held]) -> tuple[Reading, Reading, NDArray[Any]]:
        """Return what both layers do, the second in its own order, and the scores (T, N, 11).

        Args:
            two: the net.
            held: gates that stand still, in the first layer and in the second, where "where" goes by the string.
        """
        x, own = self.source.x, np.arange(self.source.x.shape[1])
        there = cells.read(two.there, x, None, *(one for one, _ in held))
        other = (one if one.where is None else one._replace(where=one.where[self.turned, own]) for _, one in held)
        back = cells.read(two.back, x[self.turned, own], None, *other)
        h = np.concatenate([there.h, back.h[self.turned, own]], -1)
        return there, back, h @ two.readout[0].T + two.readout[1]

    def loss(self, scores: NDArray[Any]) -> NDArray[np.float64]:
        """Return CTC's loss of each string, in nats, (N,)."""
        log = torch.from_numpy(scores).double().log_softmax(-1)
        labels, lengths = torch.from_numpy(self.source.target + 1), torch.from_numpy(self.source.lengths)
        counts = torch.from_numpy(self.source.target_lengths)
        return np.asarray(torch.nn.functional.ctc_loss(log, labels, lengths, counts, 0, "none").numpy())

    def gates(self, two: Two, gate: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return one gate of both layers, (T, N, H) each, by the points of the string."""
        there, back, _ = self.read(two)
        return getattr(there, gate), getattr(back, gate)[self.turned, np.arange(len(self.source.lengths))]

    def pairs(self, scores: NDArray[Any]) -> dict[str, tuple[Pairs, Pairs]]:
        """Return the pairs of each claim for both layers, from what a net says."""
        own = points(self.known, *said(scores, self.source, self.known))
        return {"characters": self.edges, "strokes": (self.strokes,) * 2, "identity": (own,) * 2}

    def measure(self, seed: int, folder: Path) -> dict[str, Any]:
        """Return all that is measured of one net, and of the same before it learnt."""
        two, raw = weights(self.learnt(seed, folder)), weights(nets.Net(seed))
        there, back, scores = self.read(two)
        best = [[int(k) for k in scores[:T, n].argmax(-1)] for n, T in enumerate(self.source.lengths)]
        rate = label_error_rate([collapsed(one) for one in best], reading.wanted(self.source))
        inside = np.arange(len(scores))[:, None] < self.source.lengths
        fixed = tuple({gate: getattr(one, gate)[inside].mean(0) for gate in GATES} for one in (there, back))
        usual = self.loss(scores)
        found: dict[str, Any] = {"score": rate, "loss": float(usual.mean()), "claims": {}}
        for name, both in self.pairs(scores).items():
            gate, width, lower = CLAIMS[name]
            found["claims"][name] = {
                "pairs": len(both[0].places),
                "learnt": acts(self.gates(two, gate), both, width, gate == "forget", lower),
                "untrained": acts(self.gates(raw, gate), both, width, gate == "forget", lower),
                "clamp": self.clamped(two, usual, both, width, gate, fixed),
            }
        found["frozen"] = {"none": float(usual.mean())}
        forward, backward = (cells.held_still(one) for one in fixed)
        for name in forward:
            held = zip(forward[name], backward[name], strict=True)
            found["frozen"][name] = float(self.loss(self.read(two, *held)[2]).mean())
        return found

    def afterwards(self, seed: int, folder: Path) -> dict[str, list[float]]:
        """Return of each claim what was thought of after the measures, as ``record.afterwards`` has it."""
        two, raw = weights(self.learnt(seed, folder)), weights(nets.Net(seed))
        inside = np.arange(len(self.source.x))[:, None] < self.source.lengths
        found = {}
        for name, both in self.pairs(self.read(two)[2]).items():
            kind, width, lower = CLAIMS[name]
            layers = zip(self.gates(two, kind), self.gates(raw, kind), both, strict=True)
            each = [
                measures.afterwards((gate, blank), own, inside, width, kind == "forget", lower, 2)
                for gate, blank, own in layers
            ]
            found[name] = np.mean(each, 0).tolist()
        return found

    def clamped(
        self, two: Two, usual: NDArray[Any], both: tuple[Pairs, Pairs], width: int, gate: str, fixed: Any
    ) -> list[float]:
        """Return the nats that a clamp adds to a string's loss, at places and at partners: one window a string.

        Where the two layers have windows of their own, each is held in its own, and the mean of both runs is taken.
        """
        found = []
        for side in range(2):
            values = []
            same = both[0] is both[1]
            for layers in ((0, 1),) if same else ((0,), (1,)):
                at = one_a_string(both[layers[0]][side])
                where = np.zeros(self.source.owner.shape, bool)
                for k in range(width):
                    where[at[:, 0] + k, at[:, 1]] = True
                none = np.zeros_like(where)
                held = [Held(gate, fixed[k][gate], where if k in layers else none) for k in range(2)]
                loss = self.loss(self.read(two, (held[0], held[1]))[2])
                values.append(float((loss - usual)[at[:, 1]].mean()))
            found.append(float(np.mean(values)))
        return found


def collapsed(path: list[int]) -> list[int]:
    """Return the digits that a path of classes says."""
    return [k - 1 for k, before in zip(path, [0, *path], strict=False) if k and k != before]


def one_a_string(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first listed place of each string."""
    _, first = np.unique(places[:, 1], return_index=True)
    return places[first]


def turned(lengths: NDArray[np.int64], T: int) -> NDArray[np.int64]:
    """Return where each step of a layer that reads from the end stands in the string, (T, N); its own inverse."""
    t = np.arange(T)[:, None]
    return np.where(t < lengths, lengths - 1 - t, t)


def acts(gates: tuple[Any, Any], both: tuple[Pairs, Pairs], width: int, product: bool, lower: bool) -> Act:
    """Return what a gate of both layers does: means and shares over all cells, those of the second counted after."""
    one, two = (measures.act(*given, width, product, lower, 2) for given in zip(gates, both, strict=True))
    place, partner, share = (float(np.mean(values)) for values in list(zip(one, two, strict=True))[:3])
    best, area = (one.best, one.area) if one.area >= two.area else (two.best + gates[0].shape[-1], two.area)
    return Act(place, partner, share, best, area)
