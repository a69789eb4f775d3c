"""How labellings are judged: words, whole addresses, spans; and how sure that is."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from lstmlib.numpy.checks import Array

Labels = Sequence[str]
DRAWS = 2000  # of the bootstrap


class Span(NamedTuple):
    """A part of an address: a run of words with one label."""

    label: str
    start: int
    stop: int  # one past its last word


def spans(labels: Labels) -> list[Span]:
    """Return the runs of equal labels, from left to right."""
    starts = [k for k in range(len(labels)) if k == 0 or labels[k] != labels[k - 1]]
    return [Span(labels[a], a, b) for a, b in zip(starts, [*starts[1:], len(labels)], strict=True)]


class Counts(NamedTuple):
    """What one address adds to the measures, or several together."""

    words: int
    right_words: int
    addresses: int
    right_addresses: int
    spans: int  # of the data
    said_spans: int
    right_spans: int  # said with the right label from the right word to the right word


def counts(right: Labels, said: Labels) -> Counts:
    """Count one address."""
    true, found = set(spans(right)), set(spans(said))
    same = sum(a == b for a, b in zip(right, said, strict=True))
    return Counts(len(right), same, 1, int(same == len(right)), len(true), len(found), len(true & found))


def total(of: Sequence[Counts]) -> Counts:
    """Add up."""
    return Counts(*np.sum(of, 0).tolist())


def accuracy(c: Counts) -> float:
    """Return the share of words with the right label."""
    return c.right_words / c.words


def whole(c: Counts) -> float:
    """Return the share of addresses without a wrong word."""
    return c.right_addresses / c.addresses


def span_f1(c: Counts) -> float:
    """Return the harmonic mean of precision (right of said spans) and recall (right of the data's spans)."""
    return 2.0 * c.right_spans / (c.spans + c.said_spans)


MEASURES: dict[str, Callable[[Counts], float]] = {"words": accuracy, "whole": whole, "spans": span_f1}


def interval(of: Sequence[Sequence[Counts]], measure: str) -> tuple[float, float]:
    """Return a 95 percent interval of a measure's mean over nets, for other addresses and other nets.

    The percentile bootstrap, 2,000 draws: each draws as many addresses, and as many nets, with replacement.

    Source: Efron and Tibshirani (1993), chapter 13.

    Args:
        of: of each net, or of one method, the counts of each address, in the same order.
        measure: one of ``MEASURES``.
    """
    return _percentiles(_drawn(of, measure, 1))


def gain(
    first: Sequence[Sequence[Counts]], second: Sequence[Sequence[Counts]], measure: str
) -> tuple[float, float, float]:
    """Return by how much the first method's measure is above the second's, and the 95 percent interval of that.

    Addresses are drawn for both together, nets for each alone.

    Args:
        first: of each net the counts of each address.
        second: the same of the other method; perhaps of another number of nets.
        measure: one of ``MEASURES``.
    """
    low, high = _percentiles(_drawn(first, measure, 1) - _drawn(second, measure, 2))
    return mean(first, measure) - mean(second, measure), low, high


def mean(of: Sequence[Sequence[Counts]], measure: str) -> float:
    """Return a measure's mean over nets.

    Args:
        of: of each net the counts of each address.
        measure: one of ``MEASURES``.
    """
    return float(np.mean([MEASURES[measure](total(one)) for one in of]))


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Return the p of McNemar's exact test that two labellings are right on as many addresses.

    Source: McNemar (1947).

    Args:
        first: whether one method has each address right.
        second: whether the other has, in the same order.
    """
    only = [
        sum(a > b for a, b in zip(first, second, strict=True)),
        sum(a < b for a, b in zip(first, second, strict=True)),
    ]
    return float(stats.binomtest(only[0], sum(only)).pvalue) if sum(only) else 1.0


def _drawn(of: Sequence[Sequence[Counts]], measure: str, seed: int) -> Array:
    """Return a measure's mean over drawn nets and addresses, (2000,): addresses the same at any seed, nets not.

    Args:
        of: of each net the counts of each address.
        measure: one of ``MEASURES``.
        seed: of the nets that are drawn.
    """
    nets, count = len(of), len(of[0])
    addresses = np.random.default_rng(0).integers(count, size=(DRAWS, count))
    times = np.stack([np.bincount(row, minlength=count) for row in addresses]).astype(float)
    sums = [Counts(*(times @ np.array(one, float)).T) for one in of]
    values = np.stack([np.broadcast_to(MEASURES[measure](c), DRAWS) for c in sums], 1)  # (draws, nets)
    chosen = np.random.default_rng(seed).integers(nets, size=(DRAWS, nets))
    drawn: Array = np.take_along_axis(values, chosen, 1).mean(1)
    return drawn


def _percentiles(values: Array) -> tuple[float, float]:
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)
