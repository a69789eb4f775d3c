"""What a trial does, experiment by experiment; many of them side by side in the compiled learner's eight lanes.

A trial is a generator. It puts sequences on its lane's tray, starts the lane, and yields; it goes on when the lane has
stopped; and it returns what came of it. So the criteria of the paper read from top to bottom, one trial at a time.
"""

import time
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib import tasks
from lstmlib.numpy.checks import Array
from lstmlib.online.cascade import CascadeNet
from lstmlib.online.chunker import ChunkerNet
from lstmlib.online.compiled.cascade import Cascades
from lstmlib.online.compiled.chunker import Pairs
from lstmlib.online.compiled.lanes import LANES
from lstmlib.online.compiled.lstm1997 import Eight
from lstmlib.online.compiled.side_by_side import AT_GOOD_WINDOW, WHEN_WRONG
from lstmlib.online.compiled.simple import EightSimple
from lstmlib.online.net import Net
from lstmlib.online.net2000 import Net2000
from lstmlib.online.simple import SimpleNet
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials2000 import by_streams, make_streams
from lstmlib.tasks import Batch
from lstmlib.tasks.embedded_reber import allowed_next, as_symbols, string_sets
from lstmlib.tasks.long_lag import draw_long_lag, draw_triggered_recall
from lstmlib.tasks.symbols import Symbols, one_hot
from lstmlib.tasks.temporal_order import draw_temporal_order
from lstmlib.tasks.two_sequence import noise_free_target

TEST_SIZE = 2560  # sequences on which a trained net is tested
FORGETTING_CAP = 500_000  # training sequences after which a net of 1997 that was given forget gates has failed
CLOSED = 3.0  # how much lower weights of an input gate without a bias start if it is to be closed
WINDOW = 2000  # the most recent training sequences that decide in experiments 4, 5 and 6

Random = np.random.Generator
Drawn = Batch | Symbols
Trial = Generator[None, None, dict[str, Any]]


class Lane(NamedTuple):
    """One lane of the compiled learner, with what a trial in it needs."""

    nets: Any  # Eight, or Streams
    number: int
    room: int  # training sequences that fit on the tray; tests lie behind them

    def put(self, params: dict[str, Array]) -> None:
        """Give the lane a net."""
        self.nets.put(self.number, params)

    def load(self, start: int, drawn: Drawn, allowed: NDArray[np.bool_] | None = None) -> None:
        """Lay sequences on the tray."""
        self.nets.load(self.number, start, drawn, allowed=allowed)

    def start(self, start: int, stop: int, learning_rate: float, **rule: Any) -> None:
        """Begin to go over sequences."""
        self.nets.start(self.number, start, stop, learning_rate, **rule)

    @property
    def shown(self) -> int:
        """The place of the sequence that would be next."""
        return self.nets.shown(self.number)

    @property
    def failed(self) -> int:
        """How many sequences were wrong since the start."""
        return self.nets.failed(self.number)

    def mean_error(self, start: int, stop: int) -> float:
        """Return the mean absolute error over sequences."""
        return float(self.nets.tray.errors[self.number, start:stop, 1].mean())


def draw(row: Row, reading: Reading, count: int, rng: Random) -> Drawn:
    """Draw training sequences of a row's task."""
    task: dict[str, Any] = dict(row.task)
    if row.experiment in ("2a", "2b"):
        drawn = draw_long_lag(task["lag"], count, rng, random_between=row.experiment == "2b")
        if reading.get("errors") == "end":
            drawn.mask[:-1] = False
        return drawn
    if row.experiment == "2c":
        return draw_triggered_recall(task["min_lag"], task["num_distractors"], count, rng)
    if row.experiment in ("3a", "3b", "3c"):
        T = task.pop("min_length")
        return tasks.two_sequence(T, count, rng, **task)
    if row.experiment in ("4", "5"):
        function = tasks.adding if row.experiment == "4" else tasks.multiplication
        return function(task["min_length"], count, rng, first_pair=reading["first-pair"])
    return draw_temporal_order(task["num_signals"], count, rng)


def draw_test(row: Row, reading: Reading, count: int, rng: Random) -> Drawn:
    """Draw test sequences: as for training, but 3c is judged without noise on the targets, 2b at the end alone."""
    drawn = draw(row, reading, count, rng)
    if row.experiment == "3c" and isinstance(drawn, Batch):
        drawn.target[drawn.mask, 0] = noise_free_target(drawn)[np.nonzero(drawn.mask)[1]]
    if row.experiment == "2b":
        drawn.mask[:-1] = False
    return drawn


def net_of(row: Row, reading: Reading) -> Net:
    """Return a row's net as a reading has it."""
    assert isinstance(row.net, Net)
    shortcuts = reading.get("shortcuts", "none")
    return replace(
        row.net,
        linear_output=reading.get("output") == "linear",
        swapped_ranges=reading.get("ranges") == "caption",
        recurrent=row.net.recurrent and reading.get("recurrence") != "none",
        gates_seen=reading.get("recurrence") != "cells",
        direct=row.net.direct or "inputs" in shortcuts,
        output_bias=row.net.output_bias or "1" in shortcuts,
        output_gates=row.net.output_gates and reading.get("without") != "output gates",
        forget_gates=reading.get("forget-gates", "none") != "none",
    )


def initial_params(row: Row, reading: Reading, rng: Random) -> dict[str, Array]:
    """Draw the parameters that a trial starts with."""
    if isinstance(row.net, SimpleNet | ChunkerNet):
        return row.net.draw(rng, row.weight_range)
    net, inward, outward, forget = net_of(row, reading), row.input_gate_bias, row.output_gate_bias, None
    if reading.get("input-gates") == "negative":
        inward = (-3.0, -6.0)
    if reading.get("output-gates") == "negative":
        outward = (-2.0, -4.0, -6.0)[: net.num_blocks]
    if reading.get("without") == "gate biases":
        inward = None
    if reading.get("forget-gates", "none") not in ("none", "random"):
        forget = (float(reading["forget-gates"]),) * net.num_blocks
    biases = {"input_gate_bias": inward, "output_gate_bias": outward, "forget_gate_bias": forget}
    params = net.draw(rng, row.weight_range, **biases, bias_noise=reading.get("gate-bias") == "noisy")
    if reading.get("added-gate") == "closed":
        params["weight_ih"][: net.num_blocks] -= CLOSED
    return params


def final_test(lane: Lane, row: Row, reading: Reading, rng: Random) -> Trial:
    """Test the trained net on fresh sequences; return how many were wrong, and the mean absolute error."""
    wrong, error, done = 0, 0.0, 0
    while done < TEST_SIZE:
        count = min(lane.room, TEST_SIZE - done)
        lane.load(0, draw_test(row, reading, count, rng))
        lane.start(0, count, 0.0, tolerance=row.tolerance)
        yield
        wrong += lane.failed
        error += count * lane.mean_error(0, count)
        done += count
    return {"wrong": wrong, "tested": TEST_SIZE, "error": error / TEST_SIZE}


def by_window(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Experiments 4, 5 and 6: train until the most recent sequences were good enough, then test."""
    weights, training, testing = rngs
    lane.put(initial_params(row, reading, weights))
    error = reading.get("error", "absolute")
    assert isinstance(row.net, Net)
    mean_below = row.mean_below / (row.net.output_size if error == "summed" else 1)
    rule = {"tolerance": row.tolerance, "allowed_wrong": row.allowed_wrong, "mean_below": mean_below}
    rule |= {"rule": AT_GOOD_WINDOW, "squared": error == "squared"}
    shown, good = 0, False
    while shown < row.cap and not good:
        count = min(lane.room, row.cap - shown)
        lane.load(0, draw(row, reading, count, training))
        lane.start(0, count, learning_rate(row, reading), **rule)
        yield
        shown += lane.shown
        good = lane.nets.good(lane.number)
    if not good:
        return {"solved": False, "sequences": shown}
    test = yield from final_test(lane, row, reading, testing)
    return {"solved": True, "sequences": shown} | test


def by_two_stops(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Experiment 3: train until 256 test sequences are right (ST1) and their mean error is small, too (ST2); test."""
    weights, training, testing = rngs
    lane.put(initial_params(row, reading, weights))
    every, first, size = int(reading["test-every"]), lane.room, 256
    lane.load(first, draw_test(row, reading, size, testing))
    shown, earlier, place = 0, None, lane.room
    while shown < row.cap:
        if place >= lane.room:
            lane.load(0, draw(row, reading, lane.room, training))
            place = 0
        count = min(every - shown % every, lane.room - place)
        lane.start(place, place + count, learning_rate(row, reading))
        yield
        place += count
        shown += count
        if shown % every:
            continue
        if reading["test-set"] == "redrawn":
            lane.load(first, draw_test(row, reading, size, testing))
        lane.start(first, first + size, 0.0, rule=WHEN_WRONG, tolerance=row.tolerance, allowed_wrong=row.allowed_wrong)
        yield
        if lane.failed >= row.allowed_wrong:
            continue
        earlier = earlier or shown
        if lane.mean_error(first, first + size) < row.mean_below:
            test = yield from final_test(lane, row, reading, testing)
            return {"solved": True, "sequences": shown, "earlier": earlier} | test
    return {"solved": False, "sequences": shown, "earlier": earlier}


def by_recall(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Experiment 2c: train until 10,000 sequences in a row are right, apart from training or in it."""
    weights, training, testing = rngs
    lane.put(initial_params(row, reading, weights))
    alpha, shown, place = learning_rate(row, reading), 0, lane.room
    every, apart = int(reading["test-every"]), reading["judged"] == "apart"
    rule = {} if apart else {"rule": AT_GOOD_WINDOW, "tolerance": row.tolerance}
    while shown < row.cap:
        if place >= lane.room:
            lane.load(0, draw(row, reading, lane.room, training))
            place = 0
        count = min(every - shown % every, lane.room - place)
        lane.start(place, place + count, alpha, **rule)
        yield
        shown += lane.shown - place
        place = lane.shown
        if not apart and lane.nets.good(lane.number):
            return {"solved": True, "sequences": shown}
        if not apart or shown % every:
            continue
        right = yield from all_right(lane, row, reading, testing, 10_000)
        if right:
            return {"solved": True, "sequences": shown}
    return {"solved": False, "sequences": shown}


def all_right(lane: Lane, row: Row, reading: Reading, rng: Random, count: int) -> Generator[None, None, bool]:
    """Return whether so many fresh sequences are all right; stop at the first that is not."""
    size = lane.nets.tray.lengths.shape[1] - lane.room
    done, portion = 0, 4
    while done < count:
        portion = min(2 * portion, size, count - done)  # few at first: an untrained net fails at once
        lane.load(lane.room, draw_test(row, reading, portion, rng))
        lane.start(lane.room, lane.room + portion, 0.0, rule=WHEN_WRONG, tolerance=row.tolerance)
        yield
        if lane.failed:
            return False
        done += portion
    return True


def by_grammar(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Experiment 1: train until all strings of both sets are right."""
    weights, training, _ = rngs
    lane.put(initial_params(row, reading, weights))
    train, test = string_sets(rngs[2], distinct=reading["strings"] == "distinct")
    judged = list(dict.fromkeys([*train, *test]))  # each once: a string is right or it is not
    first, alpha, shown = lane.room, learning_rate(row, reading), 0
    symbols = as_symbols(judged)
    lane.load(first, symbols, allowed_next(one_hot(symbols, 7)))
    every, each_step = int(reading["test-every"]), reading["update"] == "step"
    order: deque[str] = deque()
    while shown < row.cap:
        if not order:
            picked = [train[k] for k in training.integers(len(train), size=lane.room)]
            lane.load(0, as_symbols(picked))
            order.extend(picked)
        place = lane.room - len(order)
        count = min(every - shown % every, len(order))
        lane.start(place, place + count, alpha, each_step=each_step)
        yield
        shown += count
        for _ in range(count):
            order.popleft()
        if shown % every:
            continue
        lane.start(first, first + len(judged), 0.0, rule=WHEN_WRONG, tolerance=0.0)
        yield
        if not lane.failed:
            return {"solved": True, "sequences": shown}
    return {"solved": False, "sequences": shown}


def by_cascade(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Experiment 1 with a net that grows: phase after phase, until all strings of both sets are right.

    A pass shows all training strings once. Success is tested before each change of the outputs' weights.
    """
    weights, _, _ = rngs
    train, test = string_sets(rngs[2], distinct=reading["strings"] == "distinct")
    judged = as_symbols(list(dict.fromkeys([*train, *test])))
    nets, number, most = lane.nets, lane.number, row.cap // len(train)
    params = nets.net.draw(weights, row.weight_range)
    nets.put(number, params, as_symbols(train), judged, allowed_next(one_hot(judged, 7)))
    one = nets.lanes[number]
    while True:
        nets.train_outputs(number, most - one.passes)
        yield
        if one.right or one.passes >= most:
            break
        candidates = one.net.draw_candidates(weights, weight_range=row.weight_range)
        nets.train_candidates(number, candidates, most - one.passes)
        yield
        if one.passes >= most:
            break
        nets.install(number)
    return {"solved": one.right, "sequences": one.passes * len(train), "units": one.net.hidden_size}


def grow(row: Row, reading: Reading, params: dict[str, Array], training: Random) -> tuple[dict[str, Array], int]:
    """Train outputs on inputs alone until their error has stopped decreasing (2a, 2b).

    Returns:
        the parameters, with the hidden unit's as they were drawn; and how many sequences were shown.
    """
    if reading.get("growth", "start") == "start":
        return params, 0
    assert isinstance(row.net, Net)
    enough = float(reading["growth"].rstrip(" %")) / 100.0
    D = row.net.input_size
    bare = Net(D, 0, 1, D, biased="none", output_bias=False, output_gates=False, recurrent=False, direct=True)
    bare = replace(bare, linear_output=reading["output"] == "linear")
    nets = Eight(bare, 100, D, symbolic=True, by_class=True, output_slope=reading["output-error"] == "slope")
    nets.put(0, {"weight_direct": params["weight_direct"]})
    before, shown = np.inf, 0
    while shown < row.cap:
        nets.load(0, 0, draw(row, reading, 100, training))
        nets.start(0, 0, 100, learning_rate(row, reading), each_step=reading["update"] == "step")
        nets.run()
        shown += 100
        error = float(nets.errors(0, 0, 100)[:, 2].mean())
        if error > (1.0 - enough) * before:
            break
        before = error
    return params | nets.params(0), shown


def by_growth(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Experiments 2a and 2b: outputs alone, then a memory cell added; until 10,000 sequences in a row are right.

    In 2a there are but two sequences, so that these two decide. Nets without memory cells are whole from the start.
    """
    weights, training, testing = rngs
    params, grown = grow(row, reading, initial_params(row, reading, weights), training)
    lane.put(params)
    alpha, shown, place = learning_rate(row, reading), grown, lane.room
    every, each_step = int(reading["test-every"]), reading.get("update") == "step"
    while shown < row.cap:
        if place >= lane.room:
            lane.load(0, draw(row, reading, lane.room, training))
            place = 0
        count = min(every - shown % every, lane.room - place)
        lane.start(place, place + count, alpha, each_step=each_step)
        yield
        shown += count
        place += count
        if shown % every:
            continue
        right = yield from all_right(lane, row, reading, testing, 50 if row.experiment == "2a" else 10_000)
        if right:
            return {"solved": True, "sequences": shown, "grown": grown}
    return {"solved": False, "sequences": shown, "grown": grown}


KINDS: dict[str, Callable[[Lane, Row, Reading, list[Random]], Trial]] = {
    "1": by_grammar,
    "2a": by_growth,
    "2b": by_growth,
    "2c": by_recall,
    "3a": by_two_stops,
    "3b": by_two_stops,
    "3c": by_two_stops,
    "4": by_window,
    "5": by_window,
    "6a": by_window,
    "6b": by_window,
    "streams": by_streams,
}


def kind_of(row: Row) -> Callable[[Lane, Row, Reading, list[Random]], Trial]:
    """Return what a trial of a row does."""
    return by_cascade if isinstance(row.net, CascadeNet) else KINDS[row.experiment]


def cap_of(row: Row, reading: Reading) -> int:
    """Return after how many training sequences a trial has failed."""
    forgets = reading.get("forget-gates", "none") != "none"
    return min(row.cap, FORGETTING_CAP) if forgets else row.cap


def learning_rate(row: Row, reading: Reading) -> float:
    """Return what the change of weights is multiplied with."""
    return row.learning_rate * float(reading["factor"])


def random_sources(row: Row, seed: int, trial: int) -> list[Random]:
    """Return a trial's sources of weights, training and test sequences: the row, seed and trial decide them alone.

    In experiment 1 ten trials share their strings, as in the paper: 30 trials are 3 pairs of sets.
    """
    key = zlib.crc32(row.name.encode())
    weights, training, testing = (np.random.default_rng([seed, key, trial, part]) for part in range(3))
    if row.experiment == "1":
        testing = np.random.default_rng([seed, key, trial // 10, 3])
    return [weights, training, testing]


def make_room(row: Row, reading: Reading) -> tuple[Any, int]:
    """Return eight lanes for a row, and how many training sequences fit on each tray."""
    if isinstance(row.net, Net2000):
        return make_streams(row, reading), 0
    if isinstance(row.net, CascadeNet):
        net = replace(row.net, symmetric=reading["units"] == "symmetric")
        return Cascades(net, patience=int(reading["patience"])), 0
    if row.net is None:
        raise ValueError(f"{row.name}: the library has no learner for {row.method} yet, so it can't be run")
    task = row.task
    steps, behind = 110, 0
    if row.experiment == "1":
        steps, behind = 150, 512
    elif row.experiment in ("2a", "2b"):
        steps, behind = int(task["lag"]), 250
    elif row.experiment == "2c":
        steps, behind = int(task["min_lag"]) + 400, 100
    elif row.experiment in ("3a", "3b", "3c"):
        steps, behind = int(task["min_length"]) * 11 // 10, 256
    elif row.experiment in ("4", "5"):
        steps = int(task["min_length"]) * 11 // 10
    room = min(500, max(64, 50_000 // steps))
    if isinstance(row.net, SimpleNet):
        options = {"look_back": row.method != "Elman net", "by_order": row.experiment == "1"}
        return EightSimple(row.net, room + behind, steps, **options), room
    if isinstance(row.net, ChunkerNet):
        return Pairs(row.net, room + behind, steps, tolerance=float(reading["expected"])), room
    if row.experiment in ("1", "2a", "2b", "2c", "6a", "6b"):
        options = {"symbolic": True, "by_class": True}
    else:
        options = {"symbolic": False, "by_class": False}
    window = 10_000 if reading.get("judged") == "while learning" else WINDOW
    nets = Eight(
        net_of(row, reading),
        room + behind,
        steps,
        **options,
        by_order=row.experiment == "1",
        window=window,
        initial_activation=float(reading.get("initial", 0.0)),
        output_slope=reading["output-error"] == "slope",
        gradient=reading.get("gradient", "truncated"),
    )
    return nets, room


def run_trials(
    row: Row,
    reading: Reading,
    seed: int,
    trials: Iterable[int],
    finished: Callable[[dict[str, Any]], None],
    wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Run trials in this process, eight at a time.

    Args:
        row: which.
        reading: the option of every reading that concerns it; see ``rows.reading_of``.
        seed: of all trials.
        trials: their numbers; a trial's result depends on seed and number, not on what else runs.
        finished: is called with every trial's result as soon as it is there.
        wanted: is asked now and then whether to go on.

    Raises:
        ValueError: a row that the library has no learner for.
    """
    nets, room = make_room(row, reading)
    row = replace(row, cap=cap_of(row, reading))
    waiting = deque(trials)
    running: dict[int, tuple[int, Trial]] = {}
    seconds = [0.0] * LANES

    def go_on(number: int) -> None:
        """Let a lane's trial take its next turn, and the next trial begin where it has finished."""
        while True:
            if number not in running:
                if not waiting:
                    return
                trial = waiting.popleft()
                lane = Lane(nets, number, room)
                running[number] = trial, kind_of(row)(lane, row, reading, random_sources(row, seed, trial))
                seconds[number] = 0.0
            trial, generator = running[number]
            started = time.perf_counter()
            try:
                next(generator)
                seconds[number] += time.perf_counter() - started
                return
            except StopIteration as end:
                del running[number]
                seconds[number] += time.perf_counter() - started
                finished({"seed": seed, "trial": trial} | end.value | {"seconds": round(seconds[number], 3)})

    for number in range(LANES):
        go_on(number)
    while running and wanted():
        started = time.perf_counter()
        nets.run()
        share = (time.perf_counter() - started) / len(running)
        for number in list(running):
            seconds[number] += share
            if not nets.busy[number]:
                go_on(number)
