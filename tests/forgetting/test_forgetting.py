"""What the forget gate's chapter measures at length, on small cases; and that the stored results are what it says."""

from itertools import pairwise

import numpy as np
import pytest

from lstmlib.forgetting import lags, store, stored, streams, text
from lstmlib.forgetting.__main__ import main
from lstmlib.numpy import LSTM, LSTM1997
from lstmlib.tasks import continual_embedded_reber


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("kind", streams.KINDS)
def test_nets_are_what_they_are_called(kind):
    net = streams.make_net(kind, rng())
    assert net.recurrent.hidden_size == 8
    if kind == "1997":
        assert isinstance(net.recurrent, LSTM1997)
        assert net.recurrent.gradient == "truncated"
        return
    _, _, cache = net.forward(continual_embedded_reber(30, 2, rng()).x)
    f = cache.recurrent.gates[:, 1]
    held = {"held at 1": 1.0, "held at 0.9": 0.9}.get(kind)
    if held:
        np.testing.assert_allclose(f, held, rtol=1e-12)
    else:
        assert np.ptp(f) > 0.1


def test_a_held_gate_stays_where_it_is():
    net, new = streams.learn("held at 0.9", 0, 12), streams.make_net("held at 0.9", rng())
    _, _, cache = net.forward(continual_embedded_reber(30, 2, rng()).x)
    np.testing.assert_allclose(cache.recurrent.gates[:, 1], 0.9, rtol=1e-12)
    assert not np.allclose(net.params["readout.weight"], new.params["readout.weight"])


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind is '2000', expected one of 1997, held at 1"):
        streams.make_net("2000", rng())


def test_wrong_steps_are_those_where_an_impossible_symbol_leads():
    allowed = np.array([[[True, False, False]], [[True, True, False]], [[False, True, False]]])
    y = np.array([[[2.0, 1.0, 0.0]], [[2.0, 0.5, 1.0]], [[0.0, 1.0, 1.0]]])
    assert streams.wrong_steps(y, allowed)[:, 0].tolist() == [False, True, True]


def test_a_net_that_knows_the_grammar_makes_no_mistake():
    _, allowed = streams.test_streams(200, 3)
    assert not streams.wrong_steps(allowed.astype(float), allowed).any()


def test_strings_begin_after_the_outer_e():
    batch = continual_embedded_reber(200, 1, rng())
    symbols = "".join("BTPSXVE"[k] for k in batch.x[:, 0].argmax(-1))
    starts = streams.string_starts(batch)
    for a, b in pairwise(starts):
        string = symbols[a:b]
        assert string[0] == "B"
        assert string[-1] == "E"
        assert string[1] == string[-2]
        assert len(string) >= 9


def test_a_trial_can_be_made_again():
    first, second = (streams.trial("forget gate", 3, 5, 200, 2) for _ in range(2))
    assert first == second
    assert len(first["lengths"]) == 2
    assert len(first["content"]) == 1


def test_a_bias_near_the_lag_learns_and_zero_does_not():
    learned = lags.trial(3.0, 10, 0, 400)["updates"]
    assert learned is not None
    assert learned < 400
    assert lags.trial(0.0, 30, 0, 30)["updates"] is None


def test_the_text_is_clean():
    seen, unseen = text.reference()
    assert len(seen) > 15 * len(unseen) > 100_000
    assert text.clean("The  Cell\n\tKEEPS☃ 1") == "the cell keeps 1"
    assert text.one_hot("abc").shape == (3, 1, len(text.ALPHABET))
    with pytest.raises(ValueError, match="text holds \\['A'\\]"):
        text.numbers("A")
    assert text.entropy("abab") == pytest.approx(1.0)


def test_one_text_net_is_trained_and_read_again(tmp_path):
    pytest.importorskip("torch")
    text.learn(tmp_path, 3)
    (trial,) = stored("text", tmp_path)["trials"]
    assert 3.0 < trial["bits"] < 6.0
    y, _, _ = text.reader(tmp_path).forward(text.one_hot(text.SENTENCE))
    assert y.shape == (len(text.SENTENCE), 1, len(text.ALPHABET))


def test_the_command_writes_what_the_page_reads(tmp_path):
    main(["streams", "--seeds", "1", "--updates", "2", "--symbols", "100", "--folder", str(tmp_path)])
    main(["lags", "--seeds", "1", "--updates", "2", "--folder", str(tmp_path)])
    assert [row["kind"] for row in stored("streams", tmp_path)["trials"]] == list(streams.KINDS)
    assert len(stored("lags", tmp_path)["trials"]) == len(lags.BIASES) * len(lags.LENGTHS)
    assert stored("lags", tmp_path)["made"]["updates"] == 2


def test_a_net_of_another_size_is_refused(tmp_path):
    net = streams.make_net("forget gate", rng())
    store.save_net(net, "net", tmp_path)
    net.params["readout.weight"].resize((7, 9), refcheck=False)
    with pytest.raises(ValueError, match=r"readout.weight of shape \(7, 8\), expected \(7, 9\)"):
        store.read_net(net, "net", tmp_path)


def test_the_stored_nets_do_what_the_stored_results_say():
    net = streams.predictor()
    assert isinstance(net.recurrent, LSTM)
    batch, allowed = streams.test_streams(2000, 2)
    assert not streams.wrong_steps(streams.run(net, batch.x)[0], allowed).any()
    rows = stored("streams")["trials"]
    assert [(row["kind"], row["seed"]) for row in rows] == [(kind, seed) for kind in streams.KINDS for seed in range(5)]
