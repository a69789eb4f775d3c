"""The nets that are stored do what is said of them, they are the trials' own, and a run can be stopped and resumed."""

import json
from pathlib import Path

import numpy as np
import pytest

from lstmlib.online.compiled.lstm1997 import train
from lstmlib.paper import inside
from lstmlib.paper.inside import PATH, PLANS, load, make
from lstmlib.paper.steps import example, exchanged, is_right, read, stretched
from lstmlib.paper.store import Store, current
from lstmlib.paper.trials import draw, draw_test, grow, initial_params, random_sources
from lstmlib.paper.watch import Plan, _part, curves, share_wrong, solve
from lstmlib.tasks.embedded_reber import as_symbols, embedded_reber_solved, string_sets
from lstmlib.tasks.symbols import Symbols, errors, one_hot

STORED = load()
# What part of fresh sequences may be wrong. In 3b and 5 the row's own rule allows 6 of 256 and 140 of 2000.
ALLOWED = {"1": 0.02, "3b": 0.05, "3c": 0.03, "5": 0.11}


def as_stored(name: str) -> dict:
    return json.loads(PATH.read_text(encoding="utf8"))["experiments"][name]


@pytest.mark.parametrize("name", PLANS)
def test_stored_nets_solve_fresh_sequences(name):
    kept = STORED[name]
    wrong = share_wrong(kept.plan, kept.params, 500, np.random.default_rng(11))
    assert wrong <= ALLOWED.get(name, 0.01)
    assert kept.fresh_wrong <= ALLOWED.get(name, 0.01)


def test_the_net_of_experiment_1_has_all_strings_of_its_sets_right():
    kept = STORED["1"]
    train_strings, test_strings = string_sets(random_sources(kept.plan.row, 0, kept.trial)[2])
    strings = sorted({*train_strings, *test_strings})
    batch = one_hot(as_symbols(strings), 7)
    y = np.zeros((*batch.mask.shape, 7))
    for n, length in enumerate(batch.lengths):
        y[:length, n] = read(kept.plan.net, kept.params, batch.x[:length, n]).outputs
    assert len(strings) > 200
    assert embedded_reber_solved(y, batch).all()


@pytest.mark.parametrize("name", [name for name in PLANS if name != "1"])
def test_the_learner_to_be_read_says_the_same_as_the_compiled_one(name):
    kept, rng = STORED[name], np.random.default_rng(3)
    row, reading = kept.plan.row, kept.plan.reading
    drawn = draw_test(row, reading, 5, rng)
    compiled = train(kept.plan.net, kept.params, drawn, 0.0)[1][:, 0]
    batch = one_hot(drawn, kept.plan.net.input_size) if isinstance(drawn, Symbols) else drawn
    for n, length in enumerate(batch.lengths):
        found = read(kept.plan.net, kept.params, batch.x[:length, n])
        one = batch._replace(x=batch.x[:length, [n]], target=batch.target[:length, [n]], mask=batch.mask[:length, [n]])
        np.testing.assert_allclose(errors(found.outputs[:, None], one).max(), compiled[n], rtol=1e-9)


@pytest.mark.parametrize("name", PLANS)
def test_stored_nets_are_those_of_the_stored_trials(name):
    kept = STORED[name]
    trials = current(Store(kept.plan.row, kept.plan.reading).load()[0], inside.SEED)
    (trial,) = (trial for trial in trials if trial["trial"] == kept.trial)
    assert (trial["solved"], trial["sequences"]) == (True, kept.after)


def test_curves_are_those_of_the_trials_nets():
    plan = Plan("table-4/T100-N3", {}, 600, 200)
    wrong, error = curves(plan, seed=3, nets=2)
    assert wrong.shape == error.shape == (2, 3)
    row, reading = plan.row, plan.reading
    for trial in range(2):
        weights, training, testing = random_sources(row, 3, trial)
        params = initial_params(row, reading, weights)
        drawn = [draw(row, reading, 454, training) for _ in range(2)]  # as many as a trial's tray holds
        for point, pieces in enumerate([[(0, 0, 200)], [(0, 200, 400)], [(0, 400, 454), (1, 0, 146)]]):
            for which, start, stop in pieces:
                part = _part(drawn[which], start, stop)
                params = train(plan.net, params, part, row.learning_rate)[0]
            e = train(plan.net, params, draw_test(row, reading, 256, testing), 0.0)[1]
            assert wrong[trial, point] == (e[:, 0] >= row.tolerance).mean()
            np.testing.assert_allclose(error[trial, point], e[:, 1].mean(), rtol=1e-12)


def test_a_net_of_experiment_1_is_right_at_the_moment_when_its_trial_was_solved():
    kept = STORED["1"]
    wrong, _ = curves(kept.plan._replace(sequences=kept.after, every=kept.after // 2), nets=kept.trial + 1)
    assert wrong[kept.trial, 0] > 0.0
    assert wrong[kept.trial, -1] == 0.0


def test_curves_of_nets_that_grow_begin_when_they_have_grown():
    plan = Plan("section-5.2/2b", PLANS["2b"].chosen, 1600, 200, 2)
    weights, training, _ = random_sources(plan.row, 0, 4)
    grown = grow(plan.row, plan.reading, initial_params(plan.row, plan.reading, weights), training)[1]
    wrong, error = curves(plan, nets=5)
    assert np.isnan(wrong[4]).tolist() == (200 * np.arange(1, 9) < grown).tolist()
    np.testing.assert_array_equal(np.isnan(wrong), np.isnan(error))


def test_a_net_that_solves_is_taken_out_when_its_trial_ends():
    found = solve(PLANS["3b"], nets=5)
    kept = STORED["3b"]
    assert (found["trial"], found["after"]) == (kept.trial, kept.after)
    for name, value in found["params"].items():
        np.testing.assert_array_equal(value, kept.params[name])


@pytest.mark.parametrize("nets", [0, 9])
def test_lanes_are_eight(nets):
    with pytest.raises(ValueError, match=f"nets is {nets}, expected 1 to 8"):
        curves(PLANS["3a"], nets=nets)


@pytest.mark.parametrize("name", PLANS)
def test_a_twin_differs_in_what_is_to_be_kept_alone(name):
    kept = STORED[name]
    seen = example(kept.plan, 10)
    differs = np.flatnonzero((seen.x != seen.twin).any(1))
    if name in ("3a", "3b", "3c"):
        assert differs.tolist() == [0, 1, 2]
    else:
        # In a string the symbol comes twice; its return is no longer to be predicted.
        assert differs.tolist() == ([1, 14] if name == "1" else [seen.marked[0]])
    assert seen.answers[0] != seen.answers[1]
    for x, answer in zip((seen.x, seen.twin), seen.answers, strict=True):
        y = read(kept.plan.net, kept.params, x).outputs[seen.marked[-1]]
        if len(y) > 1:
            assert y.argmax() == answer
        elif name != "3c":  # its drawn targets are noisy
            assert abs(y[0] - answer) < kept.plan.row.tolerance


def test_a_file_that_is_missing_or_damaged_is_named(tmp_path):
    path = tmp_path / "inside.json"
    with pytest.raises(FileNotFoundError, match=r"inside\.json is not there; to make it, run: python -m"):
        load(path)
    text = PATH.read_text(encoding="utf8")
    path.write_text(text[: len(text) // 2])
    with pytest.raises(ValueError, match=r"inside\.json is damaged .*; delete it and run: python -m"):
        load(path)
    with pytest.raises(ValueError, match="is damaged"):
        make(["3a"], path)
    path.write_text('["a list"]')
    with pytest.raises(ValueError, match="is damaged"):
        load(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 0}, "other constants"),
        ({"wrong": [[0.0]]}, "curves of shape"),
        ({"params": {"weight_ih": [[0.0]]}}, "weight"),
        ({"trial": None, "params": None}, "TypeError|AttributeError"),
    ],
)
def test_an_experiment_that_does_not_fit_is_named(tmp_path, change, said):
    path = tmp_path / "inside.json"
    path.write_text(json.dumps({"experiments": {"4": as_stored("4") | change}}))
    with pytest.raises(ValueError, match=rf"experiment 4: .*({said})"):
        load(path)


def test_a_run_that_is_stopped_keeps_what_was_finished(tmp_path, monkeypatch, capsys):
    path, asked = tmp_path / "inside.json", []

    def measure(plan):
        (name,) = (name for name, other in PLANS.items() if other is plan)
        asked.append(name)
        if asked == ["4", "6a"]:
            raise KeyboardInterrupt
        return as_stored(name)

    monkeypatch.setattr(inside, "measure", measure)
    with pytest.raises(KeyboardInterrupt):
        make(["4", "6a"], path)
    assert list(load(path)) == ["4"]
    make(["4", "6a"], path)
    assert asked == ["4", "6a", "6a"]
    assert "4: there" in capsys.readouterr().err
    assert list(load(path)) == ["4", "6a"]
    assert [file.name for file in tmp_path.iterdir()] == ["inside.json"]


def test_writing_what_is_stored_gives_the_file_again(tmp_path):
    path = tmp_path / "inside.json"
    inside._write(path, json.loads(PATH.read_text(encoding="utf8"))["experiments"])
    assert path.read_bytes() == PATH.read_bytes()
    assert PATH.stat().st_size < 400_000
    assert Path(PATH).parent.name == "results"


def test_unknown_experiments_are_refused(tmp_path):
    with pytest.raises(ValueError, match="there is no experiment 7; there are 1, 2a"):
        make(["7"], tmp_path / "inside.json")


@pytest.mark.parametrize("name", [name for name in PLANS if name not in ("1", "2a")])
def test_more_steps_to_wait_stand_before_the_last_and_are_the_task_s_own(name):
    plan = PLANS[name]
    short, long = example(plan, 4).x, stretched(plan, 4, 300)
    np.testing.assert_array_equal(stretched(plan, 4, 0), short)
    np.testing.assert_array_equal(long[: len(short) - 1], short[:-1])
    np.testing.assert_array_equal(long[-1], short[-1])
    more = long[len(short) - 1 : -1]
    if name[0] in "26":
        np.testing.assert_array_equal(more.sum(1), 1.0)
        there = {"2b": 99, "2c": 100}.get(name, 6)
        assert not more[:, there:].any()  # neither x nor y, no trigger, no signal
        assert name[0] == "2" or not more[:, :2].any()
    else:
        assert abs(more[:, 0].mean() - (0.5 if name == "5" else 0.0)) < 0.12
        assert not more[:, 1:].any()  # none is marked


def test_strings_and_chains_are_not_made_longer():
    for name in ("1", "2a"):
        with pytest.raises(ValueError, match=f"experiment {name}"):
            stretched(PLANS[name], 0, 10)
    with pytest.raises(ValueError, match="wait is -1"):
        stretched(PLANS["4"], 0, -1)


def test_answers_turn_with_the_contents_that_hold_them_and_with_no_others():
    kept = STORED["6b"]  # the first signal is in the sign of cell 3, counted from 0
    seen, others = example(kept.plan, 4), (0, 1, 2, 4, 5)
    plain = [read(kept.plan.net, kept.params, x).outputs[-1] for x in (seen.x, seen.twin)]
    np.testing.assert_array_equal(exchanged(kept.plan, kept.params, 4, ()), plain)
    for cells, answers in (((3,), seen.answers[::-1]), (others, seen.answers)):
        for said, answer in zip(exchanged(kept.plan, kept.params, 4, cells), answers, strict=True):
            assert is_right(kept.plan, said, answer)


def test_cells_and_steps_that_are_not_there_are_refused():
    kept = STORED["4"]
    with pytest.raises(ValueError, match=r"cells are \[4\], expected numbers from 0 to 3"):
        exchanged(kept.plan, kept.params, 0, (4,))
    for before in (-1, 1000):
        with pytest.raises(ValueError, match=f"before is {before}"):
            exchanged(kept.plan, kept.params, 0, (0,), before)


def test_answers_are_judged_by_the_rule_of_their_row():
    assert is_right(PLANS["4"], np.array([0.63]), 0.6)
    assert not is_right(PLANS["4"], np.array([0.65]), 0.6)
    assert is_right(PLANS["6a"], np.array([0.2, 0.8, 0.1, 0.0]), 1.0)
    assert not is_right(PLANS["6a"], np.array([0.4, 0.8, 0.1, 0.0]), 1.0)
