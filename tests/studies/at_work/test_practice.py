"""The recipes of the page In practice do what they say, what is stored is whole, and who won is computed."""

import numpy as np
import pytest
import torch
from torch import nn

from lstmlib.numpy import LSTM
from lstmlib.onnx import export
from lstmlib.studies.at_work.practice import recipes, record, won
from lstmlib.studies.at_work.practice.won import Contest


def test_packed_gives_what_each_sequence_gives_by_itself():
    torch.manual_seed(0)
    layer, lengths = nn.LSTM(3, 5), torch.tensor([4, 7, 2])
    x = torch.randn(7, 3, 3)
    y, (h, c) = recipes.packed(layer, x, lengths)
    for n, T in enumerate(lengths):
        alone, (last, _) = layer(x[:T, n : n + 1])
        torch.testing.assert_close(y[:T, n : n + 1], alone)
        torch.testing.assert_close(h[:, n : n + 1], last)
    assert y.shape == (7, 3, 5)
    assert not y[2:, 2].any()
    assert c.shape == (1, 3, 5)


def test_buckets_deal_every_sequence_once_and_neighbours_together():
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 50, 205).tolist()
    found = recipes.buckets(lengths, 10, rng)
    assert sorted(np.concatenate(found).tolist()) == list(range(205))
    assert max(map(len, found)) == 10
    chance = np.mean([np.ptp(rng.choice(lengths, 10)) for _ in range(100)])
    assert np.mean([np.ptp([lengths[k] for k in batch]) for batch in found]) < chance / 4


def test_a_cut_state_has_the_numbers_and_no_way_back():
    x = torch.randn(4, 2, 3)
    for layer in (nn.LSTM(3, 5), nn.GRU(3, 5)):
        state = layer(x)[1]
        cut = recipes.cut(state)
        for before, after in zip(*((s if isinstance(s, tuple) else (s,)) for s in (state, cut)), strict=True):
            assert torch.equal(before, after)
            assert not after.requires_grad


@pytest.mark.parametrize("most", [None, 0.5])
def test_update_cuts_the_length_and_keeps_the_direction(most):
    weight = nn.Parameter(torch.tensor([3.0, 4.0]))
    norm = recipes.update((weight * torch.tensor([3.0, 4.0])).sum(), torch.optim.SGD([weight], 1.0), [weight], most)
    assert norm == pytest.approx(5.0)
    step = torch.tensor([3.0, 4.0]) - weight.detach()
    expected = torch.tensor([3.0, 4.0]) if most is None else torch.tensor([0.3, 0.4])
    torch.testing.assert_close(step, expected, rtol=1e-4, atol=1e-5)


def test_the_forget_bias_is_set_once_at_each_level():
    layer = nn.LSTM(3, 5, 2)
    recipes.set_forget_bias(layer, 3.0)
    for k in range(2):
        both = getattr(layer, f"bias_ih_l{k}") + getattr(layer, f"bias_hh_l{k}")
        assert (both[5:10] == 3.0).all()
        assert (both[:5] != 3.0).all()


def test_one_mask_leaves_out_the_same_numbers_at_all_steps():
    torch.manual_seed(0)
    y = recipes.one_mask(torch.ones(6, 50, 40), 0.25)
    assert (y == y[0]).all()
    assert y[0].unique().tolist() == pytest.approx([0.0, 4.0 / 3.0])
    assert float(y.mean()) == pytest.approx(1.0, abs=0.05)
    assert (y[0, 0] != y[0, 1]).any()


@pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="oneDNN has no LSTM in bfloat16 for this processor"
)
def test_bfloat16_is_near_and_comes_back_in_single_precision():
    layer, x = nn.LSTM(8, 16), torch.randn(5, 2, 8)
    y = recipes.in_bfloat16(layer, x)
    assert y.dtype == torch.float32
    torch.testing.assert_close(y, layer(x)[0], atol=0.03, rtol=0.03)


def test_eight_bits_are_a_quarter_and_a_stream_is_the_whole():
    layer = LSTM(6, 64, rng=np.random.default_rng(0), dtype=np.float32)
    model = export(layer, state=True)
    small = recipes.quantised(model)
    assert len(small.SerializeToString()) < len(model.SerializeToString()) / 3
    x = np.random.default_rng(1).standard_normal((20, 1, 6)).astype(np.float32)
    zeros = {name: np.zeros((1, 64), np.float32) for name in ("h_0", "c_0")}
    wanted = layer.forward(x)[0]
    # How far off 8 bits are depends on the processor: without VNNI sums of two products are cut at 16 bits.
    for graph, off in ((model, 1e-5), (small, 0.1)):
        run = recipes.session(graph)
        assert np.abs(run.run(None, {"x": x, **zeros})[0] - wanted).max() < off
        assert np.abs(recipes.streamed(run, x, zeros) - wanted).max() < off


def test_stored_trials_are_whole_and_every_best_rate_lies_inside_its_grid():
    trials = record.load()
    for recipe in record.RECIPES:
        what = record.module(recipe)
        assert record.sides(trials, recipe) == list(what.SIDES)
        for side in what.SIDES:
            assert len(record.values(trials, recipe, side)) == len(what.SEEDS["test"]) >= 5
            rates = sorted({setting[-1] for setting, _ in record.search(trials, recipe, side)})
            assert len(rates) >= 3
            at_end = record.chosen(trials, recipe, side)[0][-1] in (rates[0], rates[-1])
            assert ((recipe, side) in ENDS) == at_end
        assert len(record.table(trials, recipe)) == len(what.SIDES) - 1


ENDS: list[tuple[str, str]] = []  # where the grid was made longer once, and the best rate still lies at its end


def test_a_stopped_run_goes_on_and_a_stored_net_comes_again(tmp_path, capsys):
    wanted = ("carried", "test", "reset")
    kept = next(one for one in record.load() if one[:3] == wanted)
    record._once(tmp_path, kept._replace(loss={}, more={}))
    (again,) = record.load(tmp_path)
    assert again.loss["end"] == pytest.approx(kept.loss["end"], rel=0.05)
    capsys.readouterr()
    record._once(tmp_path, kept)
    assert capsys.readouterr().out == ""


def test_every_bias_has_the_rate_that_suits_it():
    first, rows = record.biases()
    assert [first.name, *(row.name for row in rows)] == ["0", "1", "3"]
    assert all(len(first.values) == 10 and row.holm >= row.effect.p for row in rows)
    assert all(row.setting.startswith("rate 0.") for row in rows)


def test_the_verdict_follows_from_the_interval():
    contest = Contest("p", "q", "s", "u", (1.0, 2.0), (1.0, 0.2, 2.0), "nets")
    assert contest.verdict == "ahead"
    assert contest._replace(gain=(1.0, -0.2, 2.0)).verdict == "tie"
    assert contest._replace(gain=(-1.0, -2.0, -0.2)).verdict == "behind"


def test_shares_of_errors_with_their_interval():
    gain, low, high = won.apart(0.02, [0.01, 0.012, 0.014], 1000)
    assert gain == pytest.approx(0.8)
    assert low < 0.0 < gain < high  # of a thousand judged, eight more or less could be chance


def test_who_won_is_computed_from_what_the_pages_stored():
    found = won.contests()
    pages = ["text", "sentiment", "labelling", "translation", "time-series", "markets", "anomalies", "handwriting"]
    pages += ["speech", "music", "what-gates-do"]
    assert list(dict.fromkeys(c.page for c in found)) == pages
    assert all(c.gain[1] <= c.gain[0] <= c.gain[2] for c in found)
    assert {"ahead", "tie", "behind"} == {c.verdict for c in found}
    by_question = {c.asked: c.verdict for c in found}
    assert by_question["next character of a play"] == "behind"
    assert by_question["electricity a day ahead"] == "behind"
    assert by_question["parts of a name, both ways, with a CRF on top"] == "behind"
    assert by_question["digits in a line, places unknown"] == "ahead"
    assert won.electricity("ridge regression").verdict == "tie"
