"""Experiment 1 (the embedded Reber grammar): all strings of a training set and a test set must be right."""

from typing import Any

from lstmlib.online.compiled.side_by_side import WHEN_WRONG
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Lane, Random, Trial
from lstmlib.paper.trials.start import initial_params, learning_rate
from lstmlib.tasks.embedded_reber import allowed_next, as_symbols, string_sets
from lstmlib.tasks.symbols import Symbols, one_hot


def size(row: Row) -> tuple[int, int]:
    """Return how many steps a string has at most, and how many test strings lie behind the training strings."""
    return 150, 512


def strings_of(reading: Reading, rng: Random) -> tuple[list[str], list[str]]:
    """Return a trial's training strings, and the strings of both sets, each once: it is right or it is not."""
    train, test = string_sets(rng, distinct=reading["strings"] == "distinct")
    return train, list(dict.fromkeys([*train, *test]))


def pick(train: list[str], count: int, rng: Random) -> Symbols:
    """Return so many training strings, as they are shown."""
    return as_symbols([train[k] for k in rng.integers(len(train), size=count)])


def judged(strings: list[str]) -> tuple[Symbols, Any]:
    """Return strings as a lane takes them, with the symbols that can come next."""
    symbols = as_symbols(strings)
    return symbols, allowed_next(one_hot(symbols, 7))


def by_grammar(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Train until all strings of both sets are right."""
    weights, training, of_strings = rngs
    lane.put(initial_params(row, reading, weights))
    train, both = strings_of(reading, of_strings)
    first, alpha, shown, place = lane.room, learning_rate(row, reading), 0, lane.room
    lane.load(first, *judged(both))
    every, each_step = int(reading["test-every"]), reading["update"] == "step"
    while shown < row.cap:
        if place >= lane.room:
            lane.load(0, pick(train, lane.room, training))
            place = 0
        count = min(every - shown % every, lane.room - place)
        lane.start(place, place + count, alpha, each_step=each_step)
        yield
        shown += count
        place += count
        if shown % every:
            continue
        lane.start(first, first + len(both), 0.0, rule=WHEN_WRONG, tolerance=0.0)
        yield
        if not lane.failed:
            return {"solved": True, "sequences": shown}
    return {"solved": False, "sequences": shown}
