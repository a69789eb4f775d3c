"""The grid: its tasks' least losses, what is stored, that a stopped run goes on, and a stored line made again."""

import numpy as np
import pytest

from lstmlib import tasks
from lstmlib.studies.cells import __main__ as command
from lstmlib.studies.cells import ranking, settings, store
from lstmlib.studies.cells.kinds import count, shape_of, units
from lstmlib.studies.cells.settings import FRESH, MARKS, RATES, TASKS, TEST, VALIDATION, Trial, judge
from lstmlib.studies.cells.trials import draw, trial


def test_nothing_is_above_what_could_be_known_and_the_sample_says_the_same(rng):
    """The least loss is the entropy: the divergence is 0 there, and the cross-entropy of a sample its mean."""
    task = TASKS["reber"]
    batch = task.draw(400, rng)
    best = task.best(batch)
    np.testing.assert_allclose(best.sum(-1)[batch.mask], 1.0)
    y = np.log(np.where(best > 0, best, 1e-12))
    above, share = judge(y, batch=batch, best=best)
    assert above == pytest.approx(0.0, abs=1e-9)
    assert share == 1.0
    picked = np.take_along_axis(best, batch.target[..., None], -1)[..., 0][batch.mask]
    entropy = -np.where(best > 0, best * np.log(np.where(best > 0, best, 1)), 0).sum(-1)[batch.mask]
    assert -np.log(picked).mean() == pytest.approx(entropy.mean(), abs=0.02)
    flat, _ = judge(np.zeros_like(y), batch=batch, best=best)
    assert flat == pytest.approx((np.log(task.O) - entropy).mean())


def test_solved_is_the_task_s_own_rule(rng):
    task = TASKS["reber"]
    batch = task.draw(64, rng)
    best = task.best(batch)
    y = best + 0.45 * rng.standard_normal(best.shape) * (rng.random(64) < 0.5)[:, None]
    right = tasks.embedded_reber_solved(y, batch).mean()
    assert judge(y, batch=batch, best=best)[1] == pytest.approx(right)
    assert 0.2 < right < 0.9


def test_all_cells_have_nearly_as_many_parameters():
    for task in TASKS.values():
        for cell in task.cells:
            H = units(cell, task.D, task.O, task.parameters)
            assert count(shape_of(cell, task.D, H, task.O)) == pytest.approx(task.parameters, rel=0.1), cell


def test_a_line_says_what_was_found():
    trials = [Trial([0.5, 0.1, 0.0123, 1e-12, float("nan")], 150), Trial([2.0] * 5, None)]
    line = store.Line("V", 3, [1.0], [0.01, 0.03], trials)
    again = store.read(store.written(line, 5))
    assert again[:4] == line[:4]
    assert again.trials[0].needed == 150
    assert again.trials[1] == Trial([1.0] * 5, None)
    assert again.trials[0].loss == pytest.approx([0.5, 0.1, 0.0123, 10**-9.99, 1.0], rel=0.012)
    assert store.read(store.written(line, 1)).trials[0].loss == [1.0]


def test_a_stopped_run_goes_on_and_a_cut_line_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setitem(TASKS, "adding", TASKS["adding"]._replace(updates=32))
    command.grid("adding", ("NP", "RNN"), [0, 100], tmp_path, (0.01,))
    first = list(store.lines("adding", tmp_path))
    assert [(line.cell, line.seed, len(line.trials), len(line.trials[0].loss)) for line in first] == [
        ("NP", 0, 4, 5), ("RNN", 0, 1, 5), ("NP", 100, 4, 1), ("RNN", 100, 1, 1),
    ]  # fmt: skip
    path = tmp_path / "adding.jsonl"
    path.write_text(path.read_text()[:-30])
    command.grid("adding", ("NP", "RNN"), [0, 100], tmp_path, (0.01, 0.03))
    found = {(line.cell, line.seed, rate) for line in store.lines("adding", tmp_path) for rate in line.rates}
    assert found == {(cell, seed, rate) for cell in ("NP", "RNN") for seed in (0, 100) for rate in (0.01, 0.03)}


def test_what_is_compared_is_whole():
    cells = ranking.whole("adding")
    assert cells == TASKS["adding"].cells
    for cell in cells:
        for trials in (trials for (_, rate), trials in ranking.grid("adding")[cell].items() if rate in RATES):
            assert {*TEST, *VALIDATION} <= set(trials)
            assert {len(trials[seed].loss) for seed in TEST} == {len(MARKS)}


@pytest.mark.parametrize(
    ("cell", "setting", "seed"),
    [
        ("V", (3.0, 0.03), TEST[0]),
        ("NFG", (None, 0.03), TEST[0]),
        ("NP", (5.0, 0.03), TEST[1]),
        ("JANET", (5.0, 0.03), FRESH[0]),
    ],
)
def test_a_stored_net_made_again(cell, setting, seed):
    """Another machine's arithmetic may move a loss by the last digit that is stored."""
    data = draw("adding", seed)
    again = trial("adding", cell, *setting, seed, data)
    kept = ranking.grid("adding")[cell][setting][seed]
    assert again.loss == pytest.approx(kept.loss, rel=0.05)
    assert again.needed == kept.needed


def test_the_fresh_nets_choose_nothing():
    assert not {*FRESH} & {*TEST, *VALIDATION}
    for cell in ("V", "NP", "coupled", "JANET"):
        setting = ranking.best("adding", cell)
        assert setting[1] == 0.03
        assert len(ranking.values("adding", cell, setting, seeds=FRESH)) == len(FRESH)


def test_no_net_has_a_say_in_the_setting_that_it_is_judged_at(monkeypatch):
    """Twelve nets like the first setting better; the thirteenth can't turn that round, nor is it judged elsewhere."""
    seeds = (*VALIDATION, *TEST)
    first = {seed: Trial([0.2], None) for seed in seeds} | {TEST[0]: Trial([0.9], None)}
    second = {seed: Trial([0.3], 50) for seed in seeds} | {TEST[0]: Trial([0.1], 50)}
    there = {(0.0, 0.01): first, (1.0, 0.03): second}
    monkeypatch.setattr(ranking, "grid", lambda task: {"V": there})
    assert ranking.best("adding", "V") == (0.0, 0.01)
    assert ranking.best("adding", "V", without=TEST[0]) == (0.0, 0.01)
    assert ranking.best("adding", "V", bias=1.0) == (1.0, 0.03)
    assert ranking.best("adding", "V", rate=0.03) == (1.0, 0.03)
    assert ranking.best("adding", "V", measure="needed") == (1.0, 0.03)
    side = ranking.side("adding", "V")
    assert side.setting == "bias 0, rate 0.01"
    assert side.values == [0.9] + [0.2] * (len(TEST) - 1)
    with pytest.raises(ValueError, match=r"seeds \[99\] are not stored"):
        ranking.values("adding", "V", (1.0, 0.03), seeds=[99])
    with pytest.raises(ValueError, match="measure is 'time'"):
        ranking.values("adding", "V", (1.0, 0.03), measure="time")


def test_a_ranking_goes_by_medians_and_names_who_is_level():
    places = ranking.ranking("adding", ["NIG", "V", "NIAF"])
    medians = [place.median for place in places]
    assert medians == sorted(medians)
    assert places[0].effect is None
    assert places[-1].cell == "NIG"
    assert not places[-1].level
    assert places[-1].effect.ratio > 5
    early = ranking.ranking("adding", ["V", "NFG", "NOG"], bias=3.0, rate=0.01, mark=0, seeds=4)
    assert {place.setting for place in early} == {(3.0, 0.01), (None, 0.01)}
    assert {len(place.values) for place in early} == {4}
    assert settings.marks_of(2000) == ranking.updates("adding")
