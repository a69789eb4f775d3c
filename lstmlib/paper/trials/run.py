"""Run trials, eight side by side in the lanes of a compiled learner."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import Any

from lstmlib.online.compiled.lanes import LANES
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.experiments import kind_of
from lstmlib.paper.trials.lane import Lane
from lstmlib.paper.trials.learners import make_room
from lstmlib.paper.trials.start import cap_of, random_sources


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
    row, begin = replace(row, cap=cap_of(row, reading)), kind_of(row)

    def tell(trial: int, result: dict[str, Any], seconds: float) -> None:
        finished({"seed": seed, "trial": trial} | result | {"seconds": round(seconds, 3)})

    side_by_side(
        (nets, room),
        lambda lane, trial: begin(lane, row, reading, random_sources(row, seed, trial)),
        trials,
        tell,
        wanted,
    )


def side_by_side(
    made: tuple[Any, int],
    begin: Callable[[Lane, int], Generator[None, None, Any]],
    numbers: Iterable[int],
    finished: Callable[[int, Any, float], None],
    wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Let a generator go on in each lane; when one returns, the next begins in its lane.

    Args:
        made: eight lanes and their room, from ``make_room``.
        begin: lane, number -> the generator of that number. The first eight get lanes 0 to 7 in their order.
        numbers: of all generators.
        finished: is called with a number, what its generator returned, and how many seconds of computing it took.
        wanted: is asked now and then whether to go on.
    """
    nets, room = made
    waiting = deque(numbers)
    running: dict[int, tuple[int, Generator[None, None, Any]]] = {}
    seconds = [0.0] * LANES

    def go_on(number: int) -> None:
        """Let a lane's generator take its next turn, and the next one begin where it has returned."""
        while True:
            if number not in running:
                if not waiting:
                    return
                which = waiting.popleft()
                running[number] = which, begin(Lane(nets, number, room), which)
                seconds[number] = 0.0
            which, generator = running[number]
            started = time.perf_counter()
            try:
                next(generator)
                seconds[number] += time.perf_counter() - started
                return
            except StopIteration as end:
                del running[number]
                seconds[number] += time.perf_counter() - started
                finished(which, end.value, seconds[number])

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
