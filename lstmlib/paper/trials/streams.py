"""Table 2 of Gers, Schmidhuber and Cummins (2000): ten streams of strings must come without an error."""

import math

from lstmlib.online.compiled.lstm2000 import Streams
from lstmlib.online.net2000 import Net2000
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Lane, Random, Trial
from lstmlib.paper.trials.start import learning_rate
from lstmlib.tasks.embedded_reber import walk

TESTED = 100_000  # a net is perfect if it makes no error in ten streams of so many symbols


def make_streams(row: Row, reading: Reading) -> Streams:
    """Return eight lanes for a row of streams."""
    assert isinstance(row.net, Net2000)
    squared = reading["right"] == "squared"
    return Streams(
        row.net,
        walk(),
        possible=reading["target"] == "possible",
        by_order=reading["right"] == "order",
        tolerance=math.sqrt(row.tolerance) if squared else row.tolerance,
        traces_decay=reading.get("traces", "decay") == "decay",
        **row.task,  # type: ignore[arg-type]
    )


def by_streams(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Train on a stream until the first error, test on ten; again and again, until a test had no error.

    Returns:
        whether the net became perfect, after how many training streams, of how many symbols together; and how many
        symbols it predicted before its first error, the mean over the last test's ten streams.
    """
    assert isinstance(row.net, Net2000)
    params = row.net.draw(
        rngs[0],
        row.weight_range,
        input_gate_bias=row.input_gate_bias,
        forget_gate_bias=row.forget_gate_bias,
        output_gate_bias=row.output_gate_bias,
    )
    nets, number = lane.nets, lane.number
    limits = {"most_streams": row.cap, "most_steps": int(reading["stream"]), "most_tested": TESTED}
    nets.start(number, params, rngs[1], learning_rate(row, reading), **limits)
    yield
    lengths = nets.lengths(number)
    shown = {"sequences": nets.streams(number), "symbols": nets.symbols(number)}
    return {"solved": bool((lengths == TESTED).all())} | shown | {"length": float(lengths.mean())}
