"""Tables of counts that predict the next character: n-grams with the smoothing of Witten and Bell, or Kneser and Ney.

A table of order n looks at the n - 1 characters before. Orders are mixed from the lowest up: where a context was seen,

    p(c | context) = (kept(context, c) + spare(context) p(c | context without its first character)) / total(context)

and where it wasn't, the shorter context's p stands. The smoothing says what is kept of each count, and what is spared.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


class Level(NamedTuple):
    """What is known of one order n."""

    n: int
    grams: Codes  # sorted, each n characters as one number
    kept: NDArray[np.float64]  # of each gram
    contexts: Codes  # sorted, each n - 1 characters as one number
    spare: NDArray[np.float64]  # of each context
    total: NDArray[np.float64]


def codes(text: Codes, n: int, symbols: int) -> Codes:
    """Return the n characters that end at each place as one number, (T - n + 1,).

    Args:
        text: places in the alphabet (T,).
        n: at most 10 for 66 symbols, so that the numbers fit 64 bits.
        symbols: V, how many the alphabet has.

    Raises:
        ValueError: they don't fit.
    """
    if symbols**n > 2**63 - 1:
        raise ValueError(f"n is {n}, too large for {symbols} symbols: expected {symbols}**n below 2**63")
    found = np.zeros(len(text) - n + 1, np.int64)
    for k in range(n):
        found = found * symbols + text[k : len(text) - n + 1 + k]
    return found


def fit(text: Codes, symbols: int, order: int, smoothing: str) -> list[Level]:
    """Return the levels of a table, from order 1.

    "Witten-Bell" keeps all counts and spares as many as there were kinds of next characters. "Kneser-Ney" is the
    modified form: it takes off one of three discounts, found from how many grams occur once to four times, and below
    the highest order it counts before how many different characters a gram was seen, not how often.

    Source: Witten and Bell (1991), method C, as Chen and Goodman (1999) write it down; those for the second.

    Args:
        text: what is learnt from, places in the alphabet (T,).
        symbols: V.
        order: the longest gram.
        smoothing: "Witten-Bell" or "Kneser-Ney".

    Raises:
        ValueError: another smoothing, or an order below 1.
    """
    if order < 1 or smoothing not in ("Witten-Bell", "Kneser-Ney"):
        raise ValueError(
            f"got order {order} and smoothing {smoothing!r}, expected 1 or more, Witten-Bell or Kneser-Ney"
        )
    levels, higher = [], np.empty(0, np.int64)
    for n in range(order, 0, -1):
        if smoothing == "Kneser-Ney" and n < order:
            grams, counts = np.unique(higher % symbols**n, return_counts=True)
        else:
            grams, counts = np.unique(codes(text, n, symbols), return_counts=True)
        contexts, start = np.unique(grams // symbols, return_index=True)
        total = np.add.reduceat(counts, start).astype(float)
        if smoothing == "Kneser-Ney":
            taken = discounts(counts)[np.minimum(counts, 3)]
            spare = np.add.reduceat(taken, start)
        else:
            taken, spare = np.zeros(len(counts)), np.diff(np.r_[start, len(grams)]).astype(float)
            total += spare
        levels.append(Level(n, grams, counts - taken, contexts, spare, total))
        higher = grams
    return levels[::-1]


def discounts(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what is taken off a count of 0, 1, 2, and 3 or more: 0, D1, D2, D3+.

    Source: Chen and Goodman (1999), equation 26. Where no gram occurs so rarely, which short grams of a long text
    don't, nothing is taken.
    """
    one, two, three, four = (float((counts == k).sum()) for k in (1, 2, 3, 4))
    if min(one, two, three) == 0.0:
        return np.zeros(4)
    share = one / (one + 2.0 * two)
    found = [0.0, 1.0 - 2.0 * share * two / one, 2.0 - 3.0 * share * three / two, 3.0 - 4.0 * share * four / three]
    return np.maximum(found, 0.0)


def probabilities(levels: list[Level], text: Codes, symbols: int) -> NDArray[np.float64]:
    """Return p of each character but the first, given those before it, (T - 1,).

    Args:
        levels: of ``fit``.
        text: (T,).
        symbols: V.
    """
    p = np.full(len(text), 1.0 / symbols)
    for level in levels[: len(text)]:
        at = codes(text, level.n, symbols)
        total = _look(level.contexts, level.total, at // symbols)
        spare = _look(level.contexts, level.spare, at // symbols)
        kept = _look(level.grams, level.kept, at)
        seen, now = total > 0.0, p[level.n - 1 :]  # now: what the shorter contexts say
        now[seen] = (kept[seen] + spare[seen] * now[seen]) / total[seen]
    return p[1:]


def following(levels: list[Level], context: Codes, symbols: int) -> NDArray[np.float64]:
    """Return p of every character that may follow a context, (V,).

    Args:
        levels: of ``fit``.
        context: (T,), of which as many as needed are looked at; at least one.
        symbols: V.
    """
    return np.array([probabilities(levels, np.r_[context, c], symbols)[-1] for c in range(symbols)])


def size(levels: list[Level]) -> int:
    """Return how many grams a table stores, all orders together."""
    return sum(len(level.grams) for level in levels)


def _look(keys: Codes, values: NDArray[np.float64], wanted: Codes) -> NDArray[np.float64]:
    """Return the value of each wanted key, 0 where there is none."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0.0)
