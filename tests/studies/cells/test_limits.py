"""JANET's lead asked again: what is stored is whole, the search is the protocol's, and stored nets are made again."""

import numpy as np
import pytest

from lstmlib.studies import protocol
from lstmlib.studies.cells import limits, ranking
from lstmlib.studies.cells.kinds import count, shape_of
from lstmlib.studies.cells.limits import BIAS_GRID, CHOOSE, RATE_GRID, SIDES, Asked
from lstmlib.studies.cells.settings import FRESH, TASKS
from lstmlib.studies.cells.store import read, written
from lstmlib.studies.cells.trials import draw, trial

ALL = [side for sides in SIDES.values() for side in sides]


def test_as_many_cells_or_as_many_parameters():
    task = TASKS["adding"]
    for vanilla, wide, narrow in SIDES.values():
        numbers = [count(shape_of(side.cell, task.D, side.units, task.O)) for side in (vanilla, wide, narrow)]
        assert numbers[1] == pytest.approx(numbers[0], rel=0.1)
        assert narrow.units == vanilla.units < wide.units
        assert {side.updates for side in (vanilla, wide, narrow)} == {vanilla.updates}
    assert [sides[0].updates // task.updates for sides in SIDES.values()] == [1, 4]


@pytest.mark.parametrize("side", ALL)
def test_what_is_stored_is_whole(side):
    found = limits.validation(side)
    assert len(found) == len(BIAS_GRID) * len(RATE_GRID)
    assert {len(values) for values in found.values()} == {len(CHOOSE)}
    bias, rate = limits.best(side)
    assert protocol.beyond(rate, list(RATE_GRID)) is None
    assert BIAS_GRID[0] < bias < BIAS_GRID[-1]
    assert set(limits.stored(side)[bias, rate]) == {*CHOOSE, *FRESH}
    assert not {*CHOOSE} & {*FRESH}


def test_at_the_grid_s_budget_nets_are_those_of_the_grid():
    for side in SIDES[1][:2]:
        for setting in ((3.0, 0.03), (5.0, 0.03)):
            mine = [limits.stored(side)[setting][seed][-1] for seed in CHOOSE]
            theirs = ranking.values("adding", side.cell, setting, seeds=CHOOSE)
            np.testing.assert_allclose(mine, theirs, rtol=0.05)


@pytest.mark.parametrize("side", [SIDES[1][2], SIDES[4][0]])
def test_a_stored_net_made_again(side):
    bias, rate = limits.best(side)
    seed = FRESH[0]
    again = trial("adding", side.cell, bias, rate, seed, draw("adding", seed, side.updates), size=side.units)
    assert again.loss[-2:] == pytest.approx(limits.stored(side)[bias, rate][seed], rel=0.5)


def test_a_stopped_run_goes_on(tmp_path):
    side = Asked("JANET", 2, 16)
    line = limits.grid(side, 1, ([0.0, 8.0], [0.01]), tmp_path)
    assert read(written(line, 2)) == limits.grid(side, 1, ([0.0, 8.0], [0.01]), tmp_path)
    limits.grid(side, 1, ([8.0], [0.03]), tmp_path)
    assert set(limits.stored(side, tmp_path)) == {(0.0, 0.01), (8.0, 0.01), (8.0, 0.03)}


def test_all_four_comparisons_are_made():
    effects = limits.against()
    assert list(effects) == [side for sides in SIDES.values() for side in sides[1:]]
    for side, effect in effects.items():
        vanilla = SIDES[side.updates // TASKS["adding"].updates][0]
        assert effect == protocol.mann_whitney(limits.judged(side).values, limits.judged(vanilla).values)
