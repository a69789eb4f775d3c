"""Two series, each with one real anomaly, anomalies of seven kinds to put in, and how a score for them is judged.

A score has a number for every step; the higher, the less the step fits. All of this was written down before any score
had been seen: kinds, sizes, places, tolerance, the share of false alarms.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.anomalies import Labelled, heartbeats, pulse
from lstmlib.numpy.checks import Array

SERIES: dict[str, Callable[[], Labelled]] = {"pulse": pulse, "heartbeats": heartbeats}
KINDS = ("spike", "shift", "noise", "left out", "stretched", "flattened", "reversed")
TOLERANCE = 100  # steps by which a peak may miss an anomaly: the UCR archive's rule
BEFORE, AFTER = 400, 300  # steps of a stretch before and behind the anomaly that is put in
SHIFTED, NOISY = 60, 30  # steps that a shift and a burst of noise last
PLACES, ALARMS = 100, 0.05  # anomalies of a kind; the share of stretches without one in which a threshold may be passed


class Scaled(NamedTuple):
    """A series in standard deviations from the mean of what is learnt from, and its parts."""

    x: Array  # (T,)
    mean: float
    spread: float
    learnt: int  # nets and rules learn from steps before this
    valid: int  # and are chosen on those from there to here; the rest is the test
    first: int  # the real anomaly
    last: int
    beat: int  # steps from one beat to the next, in what is learnt from


class Put(NamedTuple):
    """A stretch with an anomaly."""

    x: Array  # as long as before
    first: int
    last: int


@cache
def scaled(name: str) -> Scaled:
    """Return a series: the last quarter of what is to learn from is for choosing.

    Args:
        name: one of ``SERIES``.
    """
    found = SERIES[name]()
    learnt = found.learn * 3 // 4
    mean, spread = float(found.values[:learnt].mean()), float(found.values[:learnt].std())
    x = (found.values - mean) / spread
    return Scaled(x, mean, spread, learnt, found.learn, found.first, found.last, beat(x[:learnt]))


def beat(x: Array) -> int:
    """Return after how many steps a series is most like itself, of 100 to 400, by its autocorrelation."""
    z = x - x.mean()
    return max(range(100, 401), key=lambda lag: float((z[lag:] * z[:-lag]).mean()))


@cache
def burst() -> Array:
    """Return thirty numbers of noise with a standard deviation of about 1, always the same, to a thousandth."""
    return np.round(np.random.default_rng(11).standard_normal(NOISY), 3)


def put(x: Array, kind: str, at: int, beat: int, size: float = 1.0) -> Put:
    """Return a stretch with an anomaly in it.

    Args:
        x: scaled values.
        kind: "spike", a step that is ``size`` standard deviations off; "shift", sixty steps half as far off; "noise",
            thirty steps of noise of a tenth; and of a beat: "left out", a straight line instead of it; "stretched", its
            first half goes on for so much longer that it takes ``1 + size`` times as long, and all that follows is
            late; "flattened", half as high above the line from its first to its last step; "reversed", backwards.
        at: its first step.
        beat: how long a beat is.
        size: 1 is that of the study; below 0 spike and shift go down. A beat can't be left out or reversed by halves:
            of these, and of a stretched and a flattened one, only the amount counts, up to 1 or 2.

    Raises:
        ValueError: a kind that there isn't.
    """
    y, whole, amount = x.copy(), slice(at, at + beat), abs(size)
    line = np.linspace(x[at], x[at + beat - 1], beat)
    if kind == "spike":
        y[at] += size
        return Put(y, at, at)
    if kind == "shift":
        y[at : at + SHIFTED] += 0.5 * size
        return Put(y, at, at + SHIFTED - 1)
    if kind == "noise":
        y[at : at + NOISY] += 0.1 * size * burst()
        return Put(y, at, at + NOISY - 1)
    if kind == "stretched":
        half = beat // 2
        long = round(half * (1.0 + amount))
        slow = np.interp(np.linspace(0.0, half, long, endpoint=False), np.arange(half + 1), x[at : at + half + 1])
        return Put(np.concatenate([x[:at], slow, x[at + half :]])[: len(x)], at, at + long - 1)
    shapes: dict[str, Callable[[], Array]] = {
        "left out": lambda: line,
        "flattened": lambda: line + (1.0 - min(amount, 2.0) / 2.0) * (x[whole] - line),
        "reversed": lambda: x[whole][::-1],
    }
    if kind not in shapes:
        raise ValueError(f"kind is {kind!r}, expected one of {KINDS}")
    y[whole] = shapes[kind]()
    return Put(y, at, at + beat - 1)


def places(name: str, kind: str) -> list[tuple[int, float]]:
    """Return where in the test anomalies of a kind begin, and of what size they are, 1 or -1: a hundred, drawn evenly.

    They and the tolerance around them keep clear of the real anomaly. Places overlap.
    """
    one = scaled(name)
    rng = np.random.default_rng([135, list(SERIES).index(name), KINDS.index(kind)])
    there, room = np.arange(one.valid + TOLERANCE, len(one.x) - one.beat - AFTER), one.beat + TOLERANCE
    clear = there[(there + room < one.first - TOLERANCE) | (there > one.last + BEFORE)]
    return [(int(at), float(rng.choice((-1.0, 1.0)))) for at in rng.choice(clear, PLACES)]


def stretch(name: str, kind: str, at: int, size: float) -> tuple[Array, Put]:
    """Return a stretch of the test as it is, and with an anomaly in it that begins after 400 steps.

    Args:
        name: one of ``SERIES``.
        kind: one of ``KINDS``.
        at: where the anomaly begins in the series.
        size: as ``put`` takes it.
    """
    one = scaled(name)
    plain = one.x[at - BEFORE : at + one.beat + AFTER]
    return plain, put(plain, kind, BEFORE, one.beat, size)


class Judged(NamedTuple):
    """What a score found of the anomalies of a kind."""

    found: str  # 1 where it passed the threshold that a twentieth of the stretches without anomaly pass, else 0
    peak: str  # 1 where the score's highest point in the whole test was at the anomaly
    area: float  # share of all pairs, one stretch with and one without, in which the former scores higher


def judge(name: str, kind: str, score: Callable[[Array], Array]) -> Judged:
    """Judge a score on a hundred anomalies of a kind: by the highest score from 100 steps before to 100 behind each.

    Args:
        name: one of ``SERIES``.
        kind: one of ``KINDS``.
        score: takes stretches of the same length (N, T) and returns their scores (N, T).
    """
    there = [stretch(name, kind, at, size) for at, size in places(name, kind)]
    last = there[0][1].last  # of all the same
    around = slice(BEFORE - TOLERANCE, last + TOLERANCE + 1)
    plain, changed = (score(np.stack(xs)) for xs in ([p for p, _ in there], [c.x for _, c in there]))
    without, within = plain[:, around].max(1), changed[:, around].max(1)
    threshold = float(np.quantile(without, 1.0 - ALARMS, method="higher"))
    elsewhere = highest_elsewhere(name, score, [at for at, _ in places(name, kind)], last - BEFORE)
    area = ((within[:, None] > without).mean() + (within[:, None] >= without).mean()) / 2.0
    return Judged(_digits(within > threshold), _digits(within > elsewhere), round(float(area), 4))


def highest_elsewhere(name: str, score: Callable[[Array], Array], at: list[int], lasts: int) -> Array:
    """Return the highest score in the test but for each place and the tolerance around it, and for the real anomaly."""
    one = scaled(name)
    own = score(one.x[None])[0]
    own[: one.valid] = -np.inf
    own[one.first - TOLERANCE : one.last + BEFORE] = -np.inf
    found = []
    for begin in at:
        rest = own.copy()
        rest[begin - TOLERANCE : begin + lasts + TOLERANCE + 1] = -np.inf
        found.append(rest.max())
    return np.array(found)


class Real(NamedTuple):
    """What a score found of the real anomaly."""

    peak: int  # the step at which it is highest, of the test
    right: bool  # whether that is at most 100 steps off the anomaly
    area: float  # under the curve of hits over false alarms, step by step


def judge_real(name: str, score: Callable[[Array], Array]) -> Real:
    """Judge a score by the real anomaly: the archive's rule, and step by step."""
    one = scaled(name)
    own = score(one.x[None])[0][one.valid :]
    peak = one.valid + int(own.argmax())
    steps = np.arange(one.valid, len(one.x))
    inside = (steps >= one.first) & (steps <= one.last)
    right = one.first - TOLERANCE <= peak <= one.last + TOLERANCE
    return Real(peak, bool(right), round(area(own[inside], own[~inside]), 4))


def area(within: Array, without: Array) -> float:
    """Return the share of all pairs in which the first is higher; equals count half."""
    ordered = np.sort(without)
    below = np.searchsorted(ordered, within, "left") + np.searchsorted(ordered, within, "right")
    return float(below.mean() / (2.0 * len(without)))


def adjusted(alarm: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return alarms after point adjustment: one step of an anomaly with an alarm counts as all of its steps.

    Source: described, and shown to flatter, by Kim et al. (2022).

    Args:
        alarm: which steps have an alarm, (T,).
        inside: which steps belong to an anomaly, (T,).
    """
    found = alarm.copy()
    borders = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]])))
    for first, end in borders.reshape(-1, 2):
        if alarm[first:end].any():
            found[first:end] = True
    return found


def best_f1(score: Array, inside: NDArray[np.bool_], *, adjust: bool = False) -> float:
    """Return the highest F1, step by step, that any of 200 thresholds gives, as papers report it.

    Args:
        score: of each step, (T,).
        inside: which steps belong to an anomaly, (T,).
        adjust: whether alarms are point-adjusted before they are counted.
    """
    best = 0.0
    for share in 1.0 - np.geomspace(1.0 / len(score), 0.5, 200):
        alarm = score > np.quantile(score, share)
        alarm = adjusted(alarm, inside) if adjust else alarm
        best = max(best, float(2.0 * (alarm & inside).sum() / max(1, alarm.sum() + inside.sum())))
    return best


def worth(share: float, found: float, false: float) -> float:
    """Return the probability that an alarm is right, by Bayes: precision.

    Args:
        share: of all steps, those that are anomalous.
        found: of those, the share with an alarm.
        false: of all others, the share with an alarm.
    """
    return share * found / (share * found + (1.0 - share) * false)


def _digits(found: NDArray[np.bool_]) -> str:
    return "".join("1" if one else "0" for one in found)
