"""What LSTM and transformers learn: sizes agree, all see the past alone, a run learns, what is stored is whole."""

import numpy as np
import pytest

from lstmlib.studies import protocol
from lstmlib.studies.positions import (
    BIASES,
    NETS,
    RATES,
    REFERENCE,
    TASKS,
    TEST,
    VALIDATION,
    Setting,
    Trial,
    final,
    forward,
    main,
    make_net,
    setting_of,
    share_right,
    side_of,
    stored,
    train,
    validation,
    wanted,
)

torch = pytest.importorskip("torch")
SETTING = Setting(0.01, None)


@pytest.mark.parametrize("name", TASKS)
def test_all_nets_have_nearly_as_many_parameters(name):
    sizes = TASKS[name].sizes
    lstm, *others = (make_net(kind, sizes, 0).num_parameters for kind in NETS)
    assert len(set(others)) == 1
    assert abs(lstm / others[0] - 1) < 0.03


@pytest.mark.parametrize("kind", NETS)
def test_all_see_the_past_alone_and_the_seed_is_all_that_matters(kind):
    x = torch.randn(9, 2, 3, generator=torch.Generator().manual_seed(1))
    y = make_net(kind, (3, 2), 5)(x)
    assert torch.equal(y, make_net(kind, (3, 2), 5)(x))
    assert not torch.equal(y, make_net(kind, (3, 2), 6)(x))
    x[6:] += 1.0
    changed = (make_net(kind, (3, 2), 5)(x) - y).abs().amax((1, 2))
    assert changed[:6].max() < 1e-6
    assert changed[6:].min() > 1e-4


def test_the_transformers_start_alike_and_differ_in_their_positions():
    x = torch.randn(9, 2, 3, generator=torch.Generator().manual_seed(1))
    said = [make_net(kind, (3, 2), 5)(x) for kind in NETS[1:]]
    assert all((a - b).abs().max() > 1e-3 for k, a in enumerate(said) for b in said[:k])


def test_an_unknown_net_is_refused():
    with pytest.raises(ValueError, match="kind is 'GRU', expected one of LSTM, no positions, sinusoids, ALiBi, RoPE"):
        make_net("GRU", (2, 2), 0)


@pytest.mark.parametrize("kind", NETS)
def test_side_by_side_is_each_by_itself(kind):
    from lstmlib.studies.side_by_side import Nets

    nets = [make_net(kind, (3, 2), seed, 1.0 if kind == "LSTM" else None).double() for seed in (1, 2)]
    both = Nets(nets)
    x = torch.randn(2, 4, 7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    y = forward(both, x)
    (grad,) = torch.autograd.grad(y.square().sum(), both.flat)
    for k, net in enumerate(nets):
        alone = net(x[k].transpose(0, 1)).transpose(0, 1)
        torch.testing.assert_close(y[k], alone, rtol=1e-10, atol=1e-12)
        parts = torch.autograd.grad(alone.square().sum(), list(net.parameters()))
        torch.testing.assert_close(grad[k], torch.cat([part.reshape(-1) for part in parts]), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", TASKS)
def test_a_run_of_every_task_says_what_it_can(name):
    found = train(name, "RoPE", [(SETTING, 100), (Setting(0.03, None), 101)], 2)
    assert [(t.rate, t.seed) for t in found] == [(0.01, 100), (0.03, 101)]
    assert list(found[0].right) == [str(length) for length in TASKS[name].test]
    assert all(0.0 <= share <= 1.0 for share in found[0].right.values())
    assert 0.0 < found[0].wrong(TASKS[name].test) <= 1.0


def test_one_that_learns_gets_better():
    task = TASKS["parity"]
    assert share_right(make_net("LSTM", task.sizes, 0), task, 3) < 0.9
    (found,) = train("parity", "LSTM", [(Setting(0.01, 1.0), 0)], 300)
    assert found.right["6"] > 0.95


def test_the_search_goes_over_rates_and_the_lstm_s_bias(monkeypatch):
    updates, asked = wanted([], "parity", "LSTM")
    assert updates == TASKS["parity"].updates // 2
    assert len(asked) == len(set(asked)) == len(RATES) * len(BIASES) * len(VALIDATION)
    trials = [Trial("parity", "LSTM", *s, seed, updates, abs(s.rate - 0.01) + s.bias, {}) for s, seed in asked]
    assert setting_of(trials, "parity", "LSTM") == Setting(0.01, 1.0)
    assert wanted(trials, "parity", "LSTM") == (TASKS["parity"].updates, [(Setting(0.01, 1.0), s) for s in TEST])
    _, others = wanted([], "parity", "ALiBi")
    assert {setting.bias for setting, _ in others} == {None}


def test_the_command_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    import lstmlib.studies.positions as module

    asked = []

    def quick(name, kind, wanted, updates):
        asked.append((name, kind, updates))
        return [Trial(name, kind, *s, seed, updates, abs(s.rate - 0.01), {}) for s, seed in wanted]

    monkeypatch.setattr(module, "train", quick)
    path = tmp_path / "trials.jsonl"
    main(["parity", "--output", str(path)])
    assert len(asked) == 2 * len(NETS)
    main(["parity", "--output", str(path)])
    assert len(asked) == 2 * len(NETS)
    assert all([t.seed for t in final(stored(path), "parity", kind)] == list(TEST) for kind in NETS)


@pytest.mark.parametrize("name", TASKS)
def test_what_is_stored_is_whole(name):
    trials = stored()
    assert REFERENCE in NETS
    for kind in NETS:
        assert wanted(trials, name, kind) is None
        rates = sorted({setting.rate for setting in validation(trials, name, kind)})
        assert protocol.beyond(setting_of(trials, name, kind).rate, rates) is None
        assert [t.seed for t in final(trials, name, kind)] == list(TEST)
        assert len(side_of(trials, name, kind, TASKS[name].test).values) == len(TEST)


@pytest.mark.parametrize("name", TASKS)
def test_a_stored_trial_can_be_made_again(name):
    was = next(iter(validation(stored(), name, "ALiBi").values()))[0]
    (now,) = train(name, "ALiBi", [(Setting(was.rate, was.bias), was.seed)], was.updates)
    # Another machine's arithmetic moves a trained net a little; what it can do stays.
    assert now.loss == pytest.approx(was.loss, rel=0.2)
    np.testing.assert_allclose(list(now.right.values()), list(was.right.values()), atol=0.15)
