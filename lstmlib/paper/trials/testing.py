"""Testing a net on fresh sequences, in a lane: how many are wrong, or whether all are right."""

from collections.abc import Callable, Generator

from lstmlib.online.compiled.side_by_side import WHEN_WRONG
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Drawn, Lane, Random, Trial

TEST_SIZE = 2560  # sequences on which a trained net is tested

Draw = Callable[[Row, Reading, int, Random], Drawn]  # of so many test sequences


def final_test(lane: Lane, row: Row, reading: Reading, rng: Random, draw: Draw) -> Trial:
    """Test the trained net on fresh sequences; return how many were wrong, and the mean absolute error."""
    wrong, error, done = 0, 0.0, 0
    while done < TEST_SIZE:
        count = min(lane.room, TEST_SIZE - done)
        lane.load(0, draw(row, reading, count, rng))
        lane.start(0, count, 0.0, tolerance=row.tolerance)
        yield
        wrong += lane.failed
        error += count * lane.mean_error(0, count)
        done += count
    return {"wrong": wrong, "tested": TEST_SIZE, "error": error / TEST_SIZE}


def all_right(
    lane: Lane, row: Row, reading: Reading, rng: Random, draw: Draw, count: int
) -> Generator[None, None, bool]:
    """Return whether so many fresh sequences are all right; stop at the first that is not."""
    size = lane.nets.tray.lengths.shape[1] - lane.room
    done, portion = 0, 4
    while done < count:
        portion = min(2 * portion, size, count - done)  # few at first: an untrained net fails at once
        lane.load(lane.room, draw(row, reading, portion, rng))
        lane.start(lane.room, lane.room + portion, 0.0, rule=WHEN_WRONG, tolerance=row.tolerance)
        yield
        if lane.failed:
            return False
        done += portion
    return True
