"""What is asked of the nets that read plays: kinds, places, mixtures, what they write; and what is stored of it."""

import numpy as np
import pytest

from lstmlib.data import alphabet, plays
from lstmlib.studies.at_work.text import measure, nets, writing

TEXT = "HAMLET.\nTo be, or\nnot [Exit.]\n\nGHOST.\n"


def test_kinds_of_characters():
    found = measure.kinds("I'll be\nhere.")
    names = [measure.KINDS[k] for k in found]
    assert names[:3] == ["its second and third", "its second and third", "its later letters"]
    assert names[3:7] == ["space", "a word's first letter", "its second and third", "line break"]
    assert names[-1] == "other signs"
    assert measure.by_kind(np.arange(12.0), found)[4] == 6.0


def test_properties_of_places():
    found = measure.properties(TEXT)
    assert {len(value) for value in found.values()} == {len(TEXT)}
    at = TEXT.index("be") + 1
    assert [found[name][at] for name in ("column", "word", "speaker", "direction")] == [5, 2, 0, 0]
    assert found["speaker"][: len("HAMLET.\n")].all()
    assert found["direction"].sum() == len("[Exit.")
    assert found["speech"][TEXT.index("GHOST")] == 1
    assert found["speech"][at] == at + 1
    assert len(measure.properties(TEXT[:13])["word"]) == 13


def test_a_mixture_is_between_and_can_be_better_than_both():
    one, other = np.array([1.0, 5.0]), np.array([5.0, 1.0])
    assert measure.mixture(one, other, 1.0).tolist() == one.tolist()
    assert measure.mixture(one, other, 0.5).mean() < one.mean()
    assert measure.best_share(one, other) == 0.5
    assert measure.best_share(one, one + 1.0) == 1.0


def test_an_interval_is_student_s():
    mean, low, high = measure.mean_interval([1.0, 2.0, 3.0])
    assert (mean, high - mean) == pytest.approx((2.0, 4.3027 / np.sqrt(3)), abs=1e-4)
    assert mean - low == pytest.approx(high - mean)


def test_correlations_are_numpy_s(rng):
    held, wanted = rng.standard_normal((50, 3)), rng.standard_normal(50)
    expected = [np.corrcoef(held[:, k], wanted)[0, 1] for k in range(3)]
    np.testing.assert_allclose(measure.correlations(held, wanted), expected)


def test_cells_are_read_where_properties_are():
    texts = plays()
    letters = alphabet(texts.learn)
    net = nets.Net(nets.Kind("LSTM", 5, 1), len(letters), 0)
    pieces = measure.pieces(list(texts.test.values()))
    held, there = measure.contents(net, pieces, letters), measure.judged(pieces)
    assert held.shape == (measure.PIECES * (measure.PIECE - measure.WARM), 5)
    assert {len(value) for value in there.values()} == {len(held)}
    read = nets.encode(pieces[1][:300], letters)  # the second piece, by torch
    symbols = np.eye(len(letters), dtype=np.float32)[read][:, None]
    _, (_, c) = net.recurrent(nets.torch.from_numpy(symbols))
    place = measure.PIECE - measure.WARM + 300 - measure.WARM - 1
    np.testing.assert_allclose(held[place], c.detach().numpy()[0, 0], atol=1e-5)


def test_a_cell_that_is_off_comes_on_again():
    letters = "".join(sorted(set(TEXT)))
    net, text = nets.Net(nets.Kind("LSTM", 5, 1), len(letters), 0), nets.encode(TEXT, letters)
    whole = float(nets.surprise(net, text).mean())
    assert measure.without(net, [1, 3], text) != whole
    assert measure.without(net, [], text) == whole


def test_looking_back_sees_only_what_is_left(monkeypatch):
    monkeypatch.setattr(measure, "PLACES", 20)
    monkeypatch.setattr(measure, "BACK", (1, 30))
    net, rng = nets.Net(nets.Kind("LSTM", 5, 1), 4, 0), np.random.default_rng(0)
    text = rng.integers(0, 4, 2000)
    found = measure.looking_back(net, [text[:1000], text[1000:]], False)
    assert len(found) == 2
    assert found == measure.looking_back(net, [text], False)
    assert found != measure.looking_back(net, [text], True)


def test_what_is_written():
    letters = "".join(sorted(set(TEXT)))
    net = nets.Net(nets.Kind("LSTM", 5, 1), len(letters), 0)
    texts = writing.sample(net, letters, "TO", 30, 0.7, 3, 1)
    assert texts == writing.sample(net, letters, "TO", 30, 0.7, 3, 1)
    assert [len(text) for text in texts] == [30] * 3
    cold = writing.sample(net, letters, "TO", 30, 1e-4, 1, 1)[0]
    assert cold == writing.beam(net, letters, "TO", 30, 1)  # greedy
    likely = [writing.own_surprise(net, letters, "TO", writing.beam(net, letters, "TO", 30, w)) for w in (1, 8)]
    assert likely[1] <= likely[0] + 1e-6
    assert writing.repeated("abcabcab", 3) == pytest.approx(3 / 6)
    assert writing.known_words("xx the cat's yy zz", writing.vocabulary(["The cat's"])) == pytest.approx(2 / 3)
