"""One layer beside several: nets beside others are each by themselves, and what is stored is whole."""

import numpy as np
import pytest

from lstmlib.numpy import squared_error
from lstmlib.studies import protocol
from lstmlib.studies.cells.settings import BIASES, RATES, TASKS
from lstmlib.studies.second_round import leading
from lstmlib.studies.variants import depth
from lstmlib.studies.variants.depth import (
    ADDED,
    ASKED,
    FURTHER,
    LAYERS,
    PARAMETERS,
    REFERENCE,
    TEST,
    VALIDATION,
    Setting,
    Trial,
    against,
    batches,
    build,
    clip_each,
    final,
    load,
    run,
    side_by_side,
    slope,
    train,
    validation,
    wanted,
    width,
)

SIDES = [(task, layers) for task in ASKED for layers in LAYERS]


@pytest.mark.parametrize(("task", "layers"), SIDES)
def test_all_nets_have_nearly_as_many_parameters(task, layers):
    sizes = (width(task, layers),) * layers
    assert build(task, sizes, 0, 0.0).num_parameters == pytest.approx(PARAMETERS, rel=0.13)


def test_the_forget_bias_is_that_of_every_layer():
    net, other = build("adding", (4, 4), 1, 3.0), build("adding", (4, 4), 1, 0.0)
    for layer, low in zip(net.layers, other.layers, strict=True):
        assert (layer.params["bias"][:, 4:8] == 3.0).all()
        assert not (layer.params["bias"][:, :4] == 3.0).any()
        np.testing.assert_array_equal(layer.params["weight_hh"], low.params["weight_hh"])


@pytest.mark.parametrize("task", TASKS)
def test_a_net_learns_beside_others_what_it_learns_alone(task):
    asked = [(Setting(0.01, 0.0), 3), (Setting(0.03, 1.0), 3), (Setting(0.03, 1.0), 4)]
    together = train(task, 2, asked, 20, 4)
    assert [(Setting(t.rate, t.bias), t.seed) for t in together] == asked
    for job, one in zip(asked, together, strict=True):
        (alone,) = train(task, 2, [job], 20, 4)
        assert (alone.half, alone.whole) == pytest.approx((one.half, one.whole), rel=1e-3)


def test_each_net_s_slope_is_of_its_own_steps():
    rng = np.random.default_rng(0)
    y, target = rng.standard_normal((2, 5, 2, 3, 1))
    mask = rng.random((5, 2, 3)) < np.array([0.9, 0.4])[:, None]
    dy = slope("adding", y, target, mask)
    for s in range(2):
        np.testing.assert_allclose(dy[:, s], squared_error(y[:, s], target[:, s], mask[:, s])[1], rtol=1e-12)


def test_each_gradient_is_clipped_by_its_own_norm():
    grads = {"a": np.array([[3.0], [0.3]]), "b": np.array([[[4.0]], [[0.4]]])}
    clip_each(grads)
    np.testing.assert_allclose(grads["a"], [[0.6], [0.3]])
    np.testing.assert_allclose(grads["b"], [[[0.8]], [[0.4]]])


def test_shorter_sequences_stand_beside_longer_ones():
    first, second = (batches("adding", seed, 1)[0] for seed in (1, 2))
    x, target, mask = side_by_side([first, second])
    for k, batch in enumerate((first, second)):
        T = len(batch.x)
        np.testing.assert_array_equal(x[:T, k], batch.x.astype(np.float32))
        np.testing.assert_array_equal(mask[:T, k], batch.mask)
        assert not mask[T:, k].any()
        assert target.dtype == np.float32


def test_a_stopped_run_goes_on(tmp_path, monkeypatch):
    asked = []

    def quick(task, layers, jobs, updates):
        asked.append((task, layers))
        return [Trial(task, layers, *s, seed, 1.0, loss(s, seed), 0.0) for s, seed in jobs]

    def loss(setting, seed):  # nets of the second round turn the search's choice round
        unlucky = seed in FURTHER and setting == (0.1, -1.0)
        return abs(setting.rate - 0.1) + 2.0 + setting.bias + 9.0 * unlucky

    monkeypatch.setattr(depth, "train", quick)
    path = tmp_path / "depth.jsonl"
    for _ in range(2):
        run(path)
        assert asked == [side for side in SIDES for _ in range(5)]  # grid, a rate above it, test; again round and test
    trials = load(path)
    assert len(validation(trials, "adding", 2)) == (len(RATES) + 1) * len((*BIASES, *ADDED))
    assert {(t.rate, t.bias) for t in final(trials, "adding", 2)} == {(0.1, -1.0)}
    assert {(t.rate, t.bias) for t in final(trials, "adding", 2, checked=True)} == {(0.03, -1.0)}
    assert len(final(trials, "adding", 2, checked=True)) == len(TEST)


@pytest.mark.parametrize(("task", "layers"), SIDES)
def test_what_is_stored_is_whole(task, layers):
    trials = load()
    assert wanted(trials, task, layers) is None
    found = validation(trials, task, layers)
    best = protocol.chosen(found)
    assert protocol.beyond(best.rate, sorted({setting.rate for setting in found})) is None
    assert {len(values) for values in found.values()} == {len(VALIDATION)}
    mine = final(trials, task, layers)
    assert [(Setting(t.rate, t.bias), t.seed) for t in mine] == [(best, seed) for seed in TEST]
    again = validation(trials, task, layers, (*VALIDATION, *FURTHER))
    assert set(leading(found)) <= set(again)
    assert [t.seed for t in final(trials, task, layers, checked=True)] == list(TEST)


@pytest.mark.parametrize("checked", [False, True])
def test_every_comparison_counts_in_the_correction(checked):
    rows = against(load(), checked=checked)
    assert list(rows) == SIDES
    others = [row for (_, layers), row in rows.items() if layers != REFERENCE]
    assert [row.holm for row in others] == protocol.holm([row.effect.p for row in others])
    assert all(row.effect.ratio == 1.0 for (_, layers), row in rows.items() if layers == REFERENCE)


@pytest.mark.parametrize("task", ASKED)
def test_a_stored_net_can_be_trained_again(task):
    was = final(load(), task, 2)[0]
    (now,) = train(task, 2, [(Setting(was.rate, was.bias), was.seed)])
    assert now.whole == pytest.approx(was.whole, rel=0.5)  # another machine's arithmetic may move it
