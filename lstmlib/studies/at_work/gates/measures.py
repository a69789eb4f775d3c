"""The measures by which every claim is judged: pairs of places, what a gate does there, single cells, the verdict."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from lstmlib.numpy.checks import Array
from lstmlib.studies import protocol
from lstmlib.studies.at_work.gates.cells import Held, Numbers, Reading

PAIRS = 1000  # at most
AREA, LEVEL = 0.75, 0.05  # of a cell that tells places from partners; of every test
LEAST = 0.1  # of a gate's range: what activation must differ by
IN_NETS = 8  # of ten: in so many there must be such a cell
LEFT, RIGHT = 0.1, 0.9  # a gate is left-saturated below the one and right-saturated above the other

Places = NDArray[np.int64]
Claims = Mapping[str, tuple[str, int, bool]]  # name -> gate, how many steps, whether the claim has it lower


class Pairs(NamedTuple):
    """Places and their partners, (n, 2) each: the first step of a window, and in which sequence."""

    places: Places
    partners: Places

    def halves(self) -> tuple["Pairs", "Pairs"]:
        """Return the first half, by sequence and step, and the second."""
        order = np.lexsort((self.places[:, 0], self.places[:, 1]))
        first, second = order[: len(order) // 2], order[len(order) // 2 :]
        return Pairs(self.places[first], self.partners[first]), Pairs(self.places[second], self.partners[second])


def paired(
    places: Places, strata: Sequence[Hashable], partners: Places, others: Sequence[Hashable], seed: int = 0
) -> Pairs:
    """Give every place a partner of its stratum, without replacement; at most ``PAIRS``. Some are left without.

    Args:
        places: (n, 2).
        strata: of each place.
        partners: places that it may be compared with, (m, 2).
        others: the strata of those.
        seed: of the draw.

    Raises:
        ValueError: not as many strata as places, or nothing that can be paired.
    """
    if len(places) != len(strata) or len(partners) != len(others):
        counts = f"{len(places)} and {len(partners)} places, {len(strata)} and {len(others)} strata"
        raise ValueError(f"{counts}: expected as many strata as places")
    rng = np.random.default_rng(seed)
    free: dict[Hashable, list[int]] = {}
    for k in rng.permutation(len(partners)):
        free.setdefault(others[k], []).append(int(k))
    found = [(int(k), free[strata[k]].pop()) for k in rng.permutation(len(places)) if free.get(strata[k])][:PAIRS]
    if not found:
        raise ValueError("no place has a partner of its stratum: expected one at least")
    mine, theirs = np.array(found).T
    return Pairs(np.asarray(places)[mine], np.asarray(partners)[theirs])


def window(gate: NDArray[np.floating], places: Places, width: int, product: bool) -> Array:
    """Return what a gate does in the window that begins at each place, (n, H).

    Args:
        gate: (T, N, H).
        places: (n, 2).
        width: steps.
        product: the product over them, as for what is left of a content, or else the mean.
    """
    t, n = places.T
    steps = np.stack([gate[t + k, n] for k in range(width)]).astype(float)  # (width, n, H)
    return np.asarray(steps.prod(0) if product else steps.mean(0))


def everywhere(gate: NDArray[np.floating], inside: NDArray[np.bool_], width: int, product: bool) -> float:
    """Return what a gate does on average in all windows that lie within ``inside``, (T, N), over all cells."""
    last = len(gate) - width + 1
    places = np.argwhere(np.stack([inside[k : last + k] for k in range(width)]).all(0))
    parts = (places[k : k + 20_000] for k in range(0, len(places), 20_000))
    found = [window(gate, part, width, product).sum(0) for part in parts]
    return float(np.mean(np.sum(found, 0) / len(places)))


def areas(places: Array, partners: Array, lower: bool) -> tuple[Array, Array]:
    """Return of each cell the area under the ROC curve, and the one-sided p of Mann and Whitney's test, (H,).

    Args:
        places: a gate's values there, (n, H).
        partners: at their partners, (m, H).
        lower: the claim has the gate lower at the places; else higher.
    """
    a, b = (partners, places) if lower else (places, partners)
    found = stats.mannwhitneyu(a, b, alternative="greater", method="asymptotic", axis=0)
    return np.asarray(found.statistic / (len(a) * len(b))), np.asarray(found.pvalue)


class Act(NamedTuple):
    """What one gate of one net does at the places of a claim."""

    place: float  # mean over pairs and cells
    partner: float
    cells: float  # share of cells that tell them apart
    best: int  # the cell with the largest area in the first half
    area: float  # its area in the second


def act(gate: NDArray[np.floating], pairs: Pairs, width: int, product: bool, lower: bool, layers: int = 1) -> Act:
    """Measure activation and single cells of one gate.

    Args:
        gate: (T, N, H).
        pairs: of places.
        width: of their windows, in steps.
        product: as ``window`` takes it.
        lower: whether the claim has the gate lower at the places.
        layers: how many layers of H cells the net has, for which p is corrected.
    """
    found, there, hits = _told_apart(gate, pairs, width, product, lower, layers)
    best = int(found.argmax())
    both = [window(gate, side, width, product) for side in pairs]
    return Act(float(both[0].mean()), float(both[1].mean()), float(hits.mean()), best, float(there[best]))


def of_claims(
    claims: Claims,
    pairs: Mapping[str, Pairs],
    readings: tuple[Reading, Reading],
    fixed: Mapping[str, Numbers],
    clamped: Callable[[Places, int, Held], float],
) -> dict[str, dict[str, Any]]:
    """Return what is measured of each claim, as ``record`` keeps it.

    Args:
        claims: by name.
        pairs: of places, by the same names.
        readings: of the learnt net and of the untrained one.
        fixed: each gate's mean, by its name, (H,).
        clamped: what holding a gate at a window's value costs, from places, width and gate.
    """
    found = {}
    for name, (gate, width, lower) in claims.items():
        own = pairs[name]
        learnt, untrained = (act(getattr(one, gate), own, width, gate == "forget", lower) for one in readings)
        clamp = [clamped(side, width, Held(gate, fixed[gate])) for side in own]
        found[name] = {"pairs": len(own.places), "learnt": learnt, "untrained": untrained, "clamp": clamp}
    return found


def large(gate: NDArray[np.floating], pairs: Pairs, width: int, product: bool, lower: bool, layers: int = 1) -> float:
    """Return the share of cells that tell places from partners, and differ there by ``LEAST`` or more on average.

    Args:
        gate: (T, N, H), and the rest as ``act`` takes it.
        pairs: of places.
        width: of their windows, in steps.
        product: as ``window`` takes it.
        lower: whether the claim has the gate lower at the places.
        layers: for which p is corrected.
    """
    hits = _told_apart(gate, pairs, width, product, lower, layers)[2]
    place, partner = (window(gate, side, width, product).mean(0) for side in pairs)
    return float((hits & (np.abs(place - partner) >= LEAST)).mean())


def afterwards(
    gates: tuple[NDArray[np.floating], NDArray[np.floating]],
    pairs: Pairs,
    inside: NDArray[np.bool_],
    width: int,
    product: bool,
    lower: bool,
    layers: int = 1,
) -> list[float]:
    """Return what was thought of after the measures: three numbers, as ``record.afterwards`` has them.

    Args:
        gates: of the learnt net and of the untrained one, each (T, N, H).
        pairs: places and partners.
        inside: which steps count as all steps (T, N).
        width: of the window.
        product: whether the gate's product over it is meant, or its mean.
        lower: whether the claim has the gate lower.
        layers: how many layers of cells are looked at.
    """
    difference = float(window(gates[0], pairs.places, width, product).mean()) - everywhere(
        gates[0], inside, width, product
    )
    return [difference, *(large(gate, pairs, width, product, lower, layers) for gate in gates)]


def afterwards_of_claims(
    claims: Claims, pairs: Mapping[str, Pairs], readings: tuple[Reading, Reading], inside: NDArray[np.bool_]
) -> dict[str, list[float]]:
    """Return ``afterwards`` of each claim, by name; what it takes is what ``of_claims`` and ``afterwards`` take."""
    found = {}
    for name, (gate, width, lower) in claims.items():
        gates = (getattr(readings[0], gate), getattr(readings[1], gate))
        found[name] = afterwards(gates, pairs[name], inside, width, gate == "forget", lower)
    return found


def _told_apart(
    gate: NDArray[np.floating], pairs: Pairs, width: int, product: bool, lower: bool, layers: int
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return each cell's area on the first half of the pairs and on the second, and whether it passes."""
    first, second = ([window(gate, side, width, product) for side in half] for half in pairs.halves())
    found, (there, p) = areas(first[0], first[1], lower)[0], areas(second[0], second[1], lower)
    return found, there, (found >= AREA) & (there >= AREA) & (p * len(found) * layers < LEVEL)


def saturation(gate: NDArray[np.floating]) -> Array:
    """Return of each cell the share of steps at which its gate is left- and right-saturated, (H, 2)."""
    flat = gate.reshape(-1, gate.shape[-1])
    return np.stack([(flat < LEFT).mean(0), (flat > RIGHT).mean(0)], 1)


class Effect(NamedTuple):
    """A mean over nets, its 95 percent interval, and the p of a test."""

    mean: float
    low: float
    high: float
    p: float


def over_nets(values: Sequence[float]) -> Effect:
    """Return the mean of one number a net, Student's interval, and the p of the one-sample t test against 0.

    Raises:
        ValueError: fewer than four nets.
    """
    x = np.asarray(values, float)
    if len(x) < 4:
        raise ValueError(f"{len(x)} values, expected one of each net, at least four")
    if np.ptp(x) == 0.0:
        return Effect(float(x[0]), float(x[0]), float(x[0]), 1.0 if x[0] == 0.0 else 0.0)
    found = stats.ttest_1samp(x, 0.0)
    low, high = found.confidence_interval(0.95)
    return Effect(float(x.mean()), float(low), float(high), float(found.pvalue))


def more(learnt: Sequence[float], untrained: Sequence[float]) -> float:
    """Return the p of Mann and Whitney's test of whether learnt nets have another share of such cells."""
    if np.ptp([*learnt, *untrained]) == 0.0:
        return 1.0
    return float(stats.mannwhitneyu(learnt, untrained, method="asymptotic").pvalue)


class Verdict(NamedTuple):
    """How a claim comes out."""

    activation: Effect
    cells: tuple[float, float, float]  # median share in learnt nets, in untrained ones, and how many nets have one
    clamp: Effect
    p: tuple[float, float, float]  # of all three after Holm's correction
    words: str  # "holds", "holds in some cells" or "doesn't hold"
    reversed: bool  # activation goes the other way


class Seen(NamedTuple):
    """What is judged of a claim: one number a net in each."""

    lower: bool  # the claim has the gate lower
    activation: Sequence[float]
    cells: Sequence[float]
    untrained: Sequence[float]
    clamp: Sequence[float]


def judged(claims: Mapping[str, Seen]) -> dict[str, Verdict]:
    """Return the verdict on each claim; Holm's correction goes over all of them."""
    effects = {name: over_nets(seen.activation) for name, seen in claims.items()}
    clamps = {name: over_nets(seen.clamp) for name, seen in claims.items()}
    several = [more(seen.cells, seen.untrained) for seen in claims.values()]
    corrected = [protocol.holm([effect.p for effect in part.values()]) for part in (effects, clamps)]
    found = {}
    for k, (name, seen) in enumerate(claims.items()):
        p = (corrected[0][k], protocol.holm(several)[k], corrected[1][k])
        its_way = -effects[name].mean if seen.lower else effects[name].mean
        there = sum(share > 0.0 for share in seen.cells)
        share = (float(np.median(seen.cells)), float(np.median(seen.untrained)), float(there))
        whole = its_way >= LEAST and p[0] < LEVEL and clamps[name].mean > 0.0 and p[2] < LEVEL
        some = p[1] < LEVEL and np.mean(seen.cells) > np.mean(seen.untrained) and there >= IN_NETS
        words = "holds" if whole else "holds in some cells" if some else "doesn't hold"
        found[name] = Verdict(effects[name], share, clamps[name], p, words, its_way < 0.0 and p[0] < LEVEL)
    return found
