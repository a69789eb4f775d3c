"""How a forget gate's bias at the start decides which lags are learnt: keep a number over a row of others."""

from typing import Any

import numpy as np

from lstmlib.numpy import LSTM, Adam, Linear, SequenceModel, squared_error, train
from lstmlib.tasks import keep_first

BIASES = (0.0, 1.0, 3.0, 5.0)
LENGTHS = (10, 30, 60)
CELLS, ROWS = 8, 32
RIGHT = 0.05  # learnt: the loss of the last 20 updates is below this share of that of answering 0


def trial(bias: float, length: int, seed: int, updates: int) -> dict[str, Any]:
    """Train one net on ``keep_first``: the first number of a row is to be given back at its end.

    Args:
        bias: where the forget gates' bias starts; see ``LSTM``.
        length: T, the numbers of a row.
        seed: of the net and the rows.
        updates: after which to give up, each from 32 rows.

    Returns:
        bias, length and seed; "updates", how many it took until the loss of the last 20 was below 5 percent of that of
        answering 0, or None.
    """
    rng = np.random.default_rng(seed)
    layer = LSTM(2, CELLS, forget_bias=bias, rng=rng)
    model = SequenceModel(layer, Linear(CELLS, 1, rng=rng))
    batches = (keep_first(length, ROWS, rng) for _ in range(updates))
    losses: list[float] = []
    took = None
    for loss, _ in train(model, batches, squared_error, Adam(model.params, 0.01), max_norm=1.0):
        losses.append(3.0 * loss)  # the variance of U[-1, 1] is 1/3
        if len(losses) >= 20 and np.mean(losses[-20:]) < RIGHT:
            took = len(losses)
            break
    return {"bias": bias, "length": length, "seed": seed, "updates": took}
