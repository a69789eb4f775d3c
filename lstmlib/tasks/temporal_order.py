"""In which order did the two signals come (Hochreiter and Schmidhuber 1997, experiments 6a and 6b)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_rng
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.symbols import Symbols, errors, last_step, one_hot

SYMBOLS = "EBabcdXY"
POSITIONS = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}


def temporal_order(num_signals: int, batch_size: int, rng: np.random.Generator) -> Batch:
    """Draw a batch of the temporal order problem.

    A sequence starts with E and ends with B; at two (6a) or three (6b) places between stands an X or a Y, at all
    others one of a, b, c, d. The class is the order of the X and Y: four classes for two of them, eight for three.
    Lengths are uniform from 100 to 110; the places are uniform from 10 to 20 and 50 to 60, or from 10 to 20, 33 to 43
    and 66 to 76, E having place 0.

    Args:
        num_signals: 2 for experiment 6a, 3 for 6b.
        batch_size: N, how many sequences.
        rng: source of every draw.

    Returns:
        x (T', N, 8), one-hot in the order of ``SYMBOLS``, T' the longest length drawn; target (T', N), the class at
        each sequence's last step: X counts as binary digit 0, Y as 1, the first signal as the highest; mask, True at
        that step alone.

    Raises:
        TypeError, ValueError: ``num_signals`` is neither 2 nor 3, or ``batch_size`` not a positive integer.
    """
    return one_hot(draw_temporal_order(num_signals, batch_size, rng), len(SYMBOLS))


def draw_temporal_order(num_signals: int, batch_size: int, rng: np.random.Generator) -> Symbols:
    """Draw what ``temporal_order`` shows, as numbers of symbols."""
    if check_count("num_signals", num_signals, 2) > 3:
        raise ValueError(f"num_signals is {num_signals}, expected 2 or 3")
    N, rng = check_count("batch_size", batch_size, 1), check_rng(rng)
    n = np.arange(N)
    lengths = rng.integers(100, 111, N)
    T = int(lengths.max())
    symbols = 2 + rng.integers(4, size=(T, N))
    signals = rng.integers(2, size=(num_signals, N))
    for signal, (lowest, highest) in zip(signals, POSITIONS[num_signals], strict=True):
        symbols[rng.integers(lowest, highest + 1, N), n] = 6 + signal
    symbols[0] = SYMBOLS.index("E")
    symbols[lengths - 1, n] = SYMBOLS.index("B")
    symbols[np.arange(T)[:, None] >= lengths] = 0
    mask = last_step(lengths)
    classes = 2 ** np.arange(num_signals)[::-1] @ signals
    return Symbols(symbols, mask * classes, mask, lengths)


def temporal_order_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: every output's absolute error is below 0.3 at the last step, the paper's rule.

    Args:
        y: outputs (T, N, O), O the number of classes.
        batch: what they answer.
    """
    return np.asarray((errors(y, batch, 4, 8) < 0.3).all(axis=(0, 2)))
