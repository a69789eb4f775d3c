"""The compiled nets of a row: eight lanes of the learner that its method asks for."""

from dataclasses import replace
from typing import Any

from lstmlib.online.cascade import CascadeNet
from lstmlib.online.chunker import ChunkerNet
from lstmlib.online.compiled.cascade import Cascades
from lstmlib.online.compiled.chunker import Pairs
from lstmlib.online.compiled.lstm1997 import Eight
from lstmlib.online.compiled.simple import EightSimple
from lstmlib.online.net2000 import Net2000
from lstmlib.online.simple import SimpleNet
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.experiments import size_of
from lstmlib.paper.trials.recall import IN_A_ROW
from lstmlib.paper.trials.start import chunker_of, net_of, simple_of, slope_of
from lstmlib.paper.trials.streams import make_streams

WINDOW = 2000  # the most recent training sequences that decide in experiments 4, 5 and 6


def make_room(row: Row, reading: Reading) -> tuple[Any, int]:
    """Return eight lanes for a row, and how many training sequences fit on each tray."""
    if isinstance(row.net, Net2000):
        return make_streams(row, reading), 0
    if isinstance(row.net, CascadeNet):
        net = replace(row.net, symmetric=reading["units"] == "symmetric")
        return Cascades(net, patience=int(reading["patience"])), 0
    if row.net is None:
        raise ValueError(f"{row.name}: the library has no learner for {row.method} yet, so it can't be run")
    steps, behind = size_of(row)
    room = min(500, max(64, 50_000 // steps))
    if isinstance(row.net, SimpleNet):
        options: dict[str, Any] = {"look_back": row.method != "Elman net", "by_order": row.experiment == "1"}
        options |= {"initial": float(reading.get("initial", 0.0))}
        return EightSimple(simple_of(row, reading), room + behind, steps, **options), room
    if isinstance(row.net, ChunkerNet):
        back = None if reading["steps-back"] == "all" else int(reading["steps-back"])
        options = {"tolerance": float(reading["expected"]), "steps_back": back}
        return Pairs(chunker_of(row, reading), room + behind, steps, **options), room
    symbols = row.experiment in ("1", "2a", "2b", "2c", "6a", "6b")
    nets = Eight(
        net_of(row, reading),
        room + behind,
        steps,
        symbolic=symbols,
        by_class=symbols,
        by_order=row.experiment == "1",
        window=IN_A_ROW if reading.get("judged") == "while learning" else WINDOW,
        initial_activation=float(reading.get("initial", 0.0)),
        **slope_of(reading),
        gradient=reading.get("gradient", "truncated"),
        late=reading.get("applied") == "late",
    )
    return nets, room
