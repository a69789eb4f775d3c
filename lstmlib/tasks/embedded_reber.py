"""The embedded Reber grammar: say which symbols can come next, and remember the second (experiment 1 of 1997).

The inner grammar is a graph: from B, two ways at each of five nodes, each taken half the time, to E. The embedded one
is B, then T or P, a string of the inner grammar, the same T or P again, then E.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_flag, check_rng, shown
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import read_answers
from lstmlib.tasks.symbols import Symbols, one_hot

SYMBOLS = "BTPSXVE"
# Node -> the symbols that can come next, and the node each leads to.
REBER: dict[int, dict[str, int]] = {
    0: {"T": 1, "P": 2},
    1: {"S": 1, "X": 3},
    2: {"T": 2, "V": 4},
    3: {"X": 2, "S": 5},
    4: {"P": 3, "V": 5},
    5: {"E": 6},
}


def embedded(inner: dict[int, dict[str, int]]) -> dict[str, dict[str, str]]:
    """Return the embedded grammar as a graph: the inner one twice, so that a node knows the string's second symbol.

    The last E leads back to the start, where another string may begin.
    """
    graph = {"start": {"B": "second"}, "second": {"T": "T", "P": "P"}}
    for kind in "TP":
        graph[kind] = {"B": f"{kind}0"}
        graph |= {
            f"{kind}{node}": {symbol: f"{kind}{to}" for symbol, to in ways.items()} for node, ways in inner.items()
        }
        graph |= {f"{kind}6": {kind: f"{kind}7"}, f"{kind}7": {"E": "start"}}
    return graph


EMBEDDED = embedded(REBER)


def embedded_reber_string(rng: np.random.Generator) -> str:
    """Return a random string of the embedded grammar, such as BTBTXSETE: at least 9 symbols, 12 on average.

    Where two symbols can come next, each does half the time.
    """
    string, node, rng = "", "start", check_rng(rng)
    while not string or node != "start":
        ways = list(EMBEDDED[node].items())
        symbol, node = ways[rng.integers(2) if len(ways) == 2 else 0]
        string += symbol
    return string


def possible_next(string: str) -> list[str]:
    """Return, for each symbol of an embedded Reber string or of a stream of them, which symbols can follow it.

    Args:
        string: a string, the beginning of one, or several in a row.

    Raises:
        ValueError: the grammar doesn't allow it; the message names the place.
    """
    found, node = [], "start"
    for place, symbol in enumerate(string):
        if symbol not in EMBEDDED[node]:
            expected = " or ".join(EMBEDDED[node])
            raise ValueError(f"{shown(string)} has {symbol!r} at place {place}, where the grammar allows {expected}")
        node = EMBEDDED[node][symbol]
        found.append("".join(EMBEDDED[node]))
    return found


class Walk(NamedTuple):
    """The embedded grammar as arrays, for a walk that never ends: node 0 is where a string begins.

    Attributes:
        symbol: which symbol comes after a node (Q, 2), by the side on which a coin falls; twice the same where the
            grammar leaves no choice.
        node: to which node it leads (Q, 2).
        allowed: which symbols can come after a node (Q, 7).
    """

    symbol: NDArray[np.int64]
    node: NDArray[np.int64]
    allowed: NDArray[np.bool_]


def walk() -> Walk:
    """Return the embedded grammar as arrays."""
    names = list(EMBEDDED)
    ways = [list(EMBEDDED[name].items()) for name in names]
    both = [[found[0], found[-1]] for found in ways]
    symbol = np.array([[SYMBOLS.index(symbol) for symbol, _ in pair] for pair in both])
    node = np.array([[names.index(to) for _, to in pair] for pair in both])
    allowed = np.zeros((len(names), len(SYMBOLS)), bool)
    np.put_along_axis(allowed, symbol, True, axis=1)
    return Walk(symbol, node, allowed)


def as_symbols(strings: list[str]) -> Symbols:
    """Return strings as what a net sees and should say: every symbol but the last in, the next one out."""
    lengths = np.array([len(string) - 1 for string in strings])
    T, N = int(lengths.max()), len(strings)
    numbers = np.zeros((T + 1, N), np.int64)
    for n, string in enumerate(strings):
        numbers[: len(string), n] = [SYMBOLS.index(symbol) for symbol in string]
    mask = np.arange(T)[:, None] < lengths
    return Symbols(numbers[:-1] * mask, numbers[1:] * mask, mask, lengths)


def embedded_reber(batch_size: int, rng: np.random.Generator) -> Batch:
    """Draw a batch of random strings of the embedded Reber grammar.

    Args:
        batch_size: N, how many sequences.
        rng: source of every draw.

    Returns:
        x (T, N, 7), one-hot in the order B, T, P, S, X, V, E, all but a string's last symbol; target (T, N), the symbol
        that does come next; mask, True at all steps of a string.

    Raises:
        TypeError, ValueError: ``batch_size`` is not a positive integer.
    """
    N = check_count("batch_size", batch_size, 1)
    return one_hot(as_symbols([embedded_reber_string(rng) for _ in range(N)]), len(SYMBOLS))


def continual_embedded_reber(num_symbols: int, batch_size: int, rng: np.random.Generator) -> Batch:
    """Draw streams of embedded Reber strings, one after another with nothing between (Gers et al. 2000).

    Args:
        num_symbols: T, the steps of each stream; its last string may be cut.
        batch_size: N, how many sequences.
        rng: source of every draw.

    Returns:
        as ``embedded_reber``, all streams of the same length.

    Raises:
        TypeError, ValueError: sizes that are not positive integers.
    """
    T = check_count("num_symbols", num_symbols, 1)
    N = check_count("batch_size", batch_size, 1)
    streams = []
    for _ in range(N):
        stream = ""
        while len(stream) < T + 1:
            stream += embedded_reber_string(rng)
        streams.append(stream[: T + 1])
    return one_hot(as_symbols(streams), len(SYMBOLS))


def string_sets(rng: np.random.Generator, size: int = 256, *, distinct: bool = False) -> tuple[list[str], list[str]]:
    """Return training strings and test strings, none of which is in both: experiment 1 has 256 of each.

    Args:
        rng: source of every draw.
        size: how many strings each set has.
        distinct: whether all strings of a set differ, which the paper leaves open. If not, 256 draws hold about a
            hundred different training strings.
    """
    size, distinct = check_count("size", size, 1), check_flag("distinct", distinct)
    train: list[str] = []
    while len(train) < size:
        string = embedded_reber_string(rng)
        if not (distinct and string in train):
            train.append(string)
    test: list[str] = []
    while len(test) < size:
        string = embedded_reber_string(rng)
        if string not in train and not (distinct and string in test):
            test.append(string)
    return train, test


def allowed_next(batch: Batch) -> NDArray[np.bool_]:
    """Return which symbols can come next at every step (T, N, 7); all False beyond a string's end."""
    T, N, _ = batch.x.shape
    allowed = np.zeros((T, N, len(SYMBOLS)), bool)
    for n, length in enumerate(batch.lengths):
        string = "".join(SYMBOLS[k] for k in batch.x[:length, n].argmax(-1))
        for t, symbols in enumerate(possible_next(string)):
            allowed[t, n, [SYMBOLS.index(symbol) for symbol in symbols]] = True
    return allowed


def embedded_reber_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which strings are right: at every step the units of all symbols that can come next are the most active.

    Args:
        y: outputs (T, N, 7).
        batch: what they answer.
    """
    y, allowed = read_answers(y, batch, len(SYMBOLS)), allowed_next(batch)
    least_allowed = np.where(allowed, y, np.inf).min(-1)
    most_other = np.where(allowed, -np.inf, y).max(-1)
    right = (least_allowed > most_other) & np.isfinite(y.max(-1))
    return np.asarray((right | ~batch.mask).all(0))
