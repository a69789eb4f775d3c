"""The study of cells used as a bias: the grid is whole, a trial comes out as stored, growing changes nothing learnt."""

import numpy as np
import pytest

from lstmlib.studies import abuse
from lstmlib.studies.abuse import LOOKS, PLAN, SEEDS, Trial


def test_the_stored_grid_is_whole():
    assert [item[:4] for item in abuse.load()] == PLAN
    assert all(len(item.loss) == len(LOOKS) for item in abuse.load())


@pytest.mark.parametrize("remedy", abuse.REMEDIES)
def test_a_trial_comes_out_as_it_is_stored(remedy):
    stored = next(item for item in abuse.load() if item[:4] == (remedy, "Adam", 0.02, 1))
    again = abuse.trial(*stored[:4])
    # Its first part is the same on any machine; later, rounding may lead nets elsewhere.
    np.testing.assert_allclose(again.loss[0], stored.loss[0], rtol=0.05, atol=0.5)


def test_a_net_with_one_more_block_answers_as_before_where_the_new_cell_is_not_heard():
    rng = np.random.default_rng(0)
    model = abuse.new_net(1, rng)
    grown = abuse.with_one_more(model, rng)
    batch = abuse.sequences(5, rng)
    assert grown.recurrent.num_blocks == 2
    grown.readout.params["weight"][:, -1] = 0.0
    for name in ("weight_hh_l0",):  # nor by the old units
        grown.recurrent.params[name][np.ix_([0, 2, 4], [1, 3, 5])] = 0.0
    np.testing.assert_allclose(grown.forward(batch.x)[0], model.forward(batch.x)[0], rtol=1e-12)


def test_always_answering_one_leaves_all_of_the_loss():
    batch = abuse.sequences(20_000, np.random.default_rng(0))
    counted = batch.target[batch.mask] - 1.0
    assert 300.0 * (counted**2).mean() == pytest.approx(100.0, rel=0.03)
    assert batch.mask.sum() == 20_000  # the last step alone


def test_a_loss_that_stopped_falling_is_stagnant():
    assert not abuse.stagnant([1.0] * 59, 0)
    assert abuse.stagnant([1.0] * 60, 0)
    assert not abuse.stagnant([1.0] * 60, 1)
    assert not abuse.stagnant(list(np.linspace(2.0, 1.0, 60)), 0)


def test_what_is_stored_is_not_run_again(tmp_path, monkeypatch, capsys):
    path, plan = tmp_path / "abuse.json", [("none", "SGD", 0.1, seed) for seed in range(2)]
    monkeypatch.setattr(abuse, "UPDATES", 200)
    monkeypatch.setattr(abuse, "LOOKS", (200,))
    abuse.study(path, plan[:1])
    first = abuse.load(path)
    path.write_text(path.read_text().replace(str(first[0].loss[0]), "12345.0"))
    abuse.study(path, plan)
    assert [item.seed for item in abuse.load(path)] == [0, 1]
    assert abuse.load(path)[0].loss == [12345.0]
    assert "1 of 1 trials" in capsys.readouterr().out


def test_success_is_counted_at_the_look_that_is_asked_for():
    trials = [
        Trial("none", "SGD", 0.1, 0, [50.0, 9.9, 10.0, 0.1]),
        Trial("none", "SGD", 0.1, 1, [50.0, 50.0, 9.0, 11.0]),
    ]
    assert [abuse.solved(trials, look) for look in LOOKS] == [0, 1, 1, 1]
    assert len(PLAN) == SEEDS * len(abuse.REMEDIES) * sum(map(len, abuse.RATES.values()))
