"""How far nets count: what is asked of them is right, what is stored is whole, and a stored net can be made again."""

import numpy as np
import pytest

from lstmlib.studies import protocol
from lstmlib.studies.counting import (
    LOWER,
    MARKS,
    SEARCHED,
    TEST,
    TRIED,
    Setting,
    Trial,
    final,
    main,
    reach,
    setting_of,
    side_of,
    stored,
    train,
    validation,
    wanted,
)
from lstmlib.studies.gru_searched import ADDED, BIASES, FURTHER, KINDS, VALIDATION, make
from lstmlib.studies.second_round import leading

torch = pytest.importorskip("torch")


def counter(most):
    """An LSTM of one cell whose content goes up by 1/most with every a and down with every b, read out by hand."""
    net = make("LSTM", "counting", 0, None)
    with torch.no_grad():
        for value in net.parameters():
            value.zero_()
        cell, H = net["cell"], net["cell"].hidden_size
        bias, into = cell.get_parameter("bias_ih_l0"), cell.get_parameter("weight_ih_l0")
        bias[[0, H, 3 * H]] = 100.0  # input, forget and output gate of the first cell are open
        into[2 * H, 1], into[2 * H, 2] = np.arctanh(1 / most), -np.arctanh(1 / most)  # inputs: S, a, b
        # While an a came, or S, "a" is said; after a b, "T" if nothing is left, else "b".
        into[H + 1, 0] = into[H + 1, 1] = -100.0  # a second cell forgets at S and a, and takes up b
        bias[[1, 3 * H + 1]] = 100.0
        into[2 * H + 1, 2] = 100.0
        bias[H + 1] = 0.0
        out, start = net["readout"].weight, net["readout"].bias
        out[0, 1] = -100.0  # "a" unless the second cell is full
        out[1, 0], start[1] = 1.0, -20.0
        out[1, 1] = 0.0
        out[2, 1], start[2] = 0.0, -20.0 + np.tanh(0.5 / most)
    return net


def test_a_net_with_weights_by_hand_counts_to_where_its_content_saturates():
    assert reach(counter(200)) > 30
    assert reach(make("GRU", "counting", 0, None)) < 3  # nothing learnt, nothing counted


def test_one_that_learns_counts_to_what_it_was_taught():
    found = train("LSTM", [(Setting(0.03, 1.0), 0), (Setting(1e-6, 1.0), 0)], 300)
    assert found[0].reach["300"] >= 10
    assert found[1].reach["300"] < 3


def test_the_search_chooses_what_counts_furthest():
    updates, asked = wanted([], "LSTM")
    assert updates == SEARCHED
    trials = [Trial("LSTM", *s, seed, updates, {str(SEARCHED): 50 if s == (0.01, 3.0) else 10}) for s, seed in asked]
    assert protocol.chosen(validation(trials, "LSTM")) == Setting(0.01, 3.0)
    assert {setting.bias for setting, _ in asked} == {*BIASES, *ADDED, *LOWER}
    updates, further = wanted(trials, "LSTM")  # the second round: it is the best of three, but not of thirteen
    assert updates == SEARCHED
    assert len(further) == 8 * len(FURTHER)
    best, end = (next(s for s, _ in further if s.rate == rate and s != (0.01, 3.0)) for rate in (0.01, 0.03))

    def checked(best):
        return [Trial("LSTM", *s, seed, updates, {str(SEARCHED): 30 if s == best else 5}) for s, seed in further]

    updates, beyond = wanted(trials + checked(end), "LSTM")  # a best at an end of the rates isn't tested yet
    assert updates == SEARCHED
    assert {setting.rate for setting, _ in beyond} == {0.1}
    assert {setting.bias for setting, _ in beyond} == {*BIASES, *ADDED, *LOWER}
    trials += checked(best)
    assert setting_of(trials, "LSTM", checked=False) == Setting(0.01, 3.0)
    assert setting_of(trials, "LSTM") == best
    assert wanted(trials, "LSTM") == (MARKS[-1], [(best, seed) for seed in TEST])
    assert {setting.bias for setting, _ in wanted([], "tanh net")[1]} == {None}


def test_the_command_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    import lstmlib.studies.counting as module

    asked = []

    def quick(kind, wanted, updates):
        asked.append((kind, updates))
        return [Trial(kind, *s, seed, updates, {str(updates): round(1e3 * s.rate) % 30}) for s, seed in wanted]

    monkeypatch.setattr(module, "train", quick)
    path = tmp_path / "trials.jsonl"
    for _ in range(2):
        main(["--output", str(path)])
        assert asked == [(kind, n) for kind in KINDS for n in (SEARCHED, SEARCHED, MARKS[-1])]
    assert all([t.seed for t in final(stored(path), kind)] == list(TEST) for kind in KINDS)


def test_what_is_stored_is_whole():
    trials = stored()
    for kind in KINDS:
        assert wanted(trials, kind) is None
        found = validation(trials, kind)
        assert set(leading(found)) <= set(validation(trials, kind, (*VALIDATION, *FURTHER)))
        for best in (protocol.chosen(found), setting_of(trials, kind)):
            assert protocol.beyond(best.rate, sorted({setting.rate for setting in found})) is None
        assert [t.seed for t in final(trials, kind)] == list(TEST)
        assert len(side_of(trials, kind).values) == len(TEST)
        for trial in final(trials, kind):
            assert list(trial.reach) == [str(mark) for mark in MARKS]
            assert all(0 <= n <= TRIED for n in trial.reach.values())


def test_a_stored_trial_can_be_made_again():
    was = next(t for t in stored() if t.net == "tanh net" and t.reach[str(SEARCHED)] >= 10)
    (now,) = train("tanh net", [(Setting(was.rate, was.bias), was.seed)], was.updates)
    # Another machine's arithmetic moves a trained net a little.
    assert now.reach[str(SEARCHED)] == pytest.approx(was.reach[str(SEARCHED)], abs=5)
