"""Encoder and decoder: the equations, the alphabet, training, and each measurement on a small case."""

import json

import numpy as np
import pytest
import torch

from lstmlib.data import Written, written_dates, written_numbers
from lstmlib.numpy.attention import softmax, softmax_backward
from lstmlib.studies.translation.command import DAY, PARTS, SHOWN, jobs, main
from lstmlib.studies.translation.learn import DIGITS, NUMBERS, accuracy, date_alphabet, learn, numbers_up_to
from lstmlib.studies.translation.measure import (
    LENGTHS,
    PADDINGS,
    TESTED,
    alignment,
    input_gradients,
    measure_dates,
    measure_numbers,
    most_looked_at_and_most_felt,
    offsets,
    weight_on_padding,
)
from lstmlib.studies.translation.net import EncoderDecoder
from lstmlib.studies.translation.store import stored
from lstmlib.studies.translation.text import END, START, Alphabet

PAIRS = [Written("1,234", "1234", "en"), Written("7", "7", "en"), Written("12 345", "12345", "fr")]
SMALL = {"hidden_size": 8, "batch_size": 4}


def net_of(attention=True, seed=0, input_feeding=False):
    generator = torch.Generator().manual_seed(seed)
    return EncoderDecoder(
        len(NUMBERS.source),
        len(NUMBERS.target),
        6,
        5,
        attention=attention,
        input_feeding=input_feeding,
        generator=generator,
    ).double()


def test_texts_become_symbols_and_back():
    texts = NUMBERS.encode(PAIRS)
    assert texts.source.shape == (6, 3)
    assert texts.lengths.tolist() == [5, 1, 6]
    assert (texts.read[0] == START).all()
    assert texts.mask.sum(0).tolist() == [5, 2, 6]
    assert [texts.target[n, k].item() for k, n in enumerate((4, 1, 5))] == [END] * 3
    assert torch.equal(texts.read[1:4, 0], texts.target[:3, 0])
    assert NUMBERS.decode(texts.target) == ["1234", "7", "12345"]
    with pytest.raises(KeyError):
        NUMBERS.encode([Written("x", "1", "en")])


def test_the_date_alphabet_holds_every_date():
    alphabet = date_alphabet()
    alphabet.encode(written_dates(500, np.random.default_rng(0)))
    assert "ä" in alphabet.source
    assert alphabet.target == ["<end>", "<start>", "-", *DIGITS]


def test_forward_is_the_equations():
    net, texts = net_of(), NUMBERS.encode(PAIRS)
    scores, weights = net(texts.source, texts.lengths, texts.read, need_weights=True)
    for n, length in enumerate(texts.lengths.tolist()):  # each text by itself, without padding
        h, m = net.read(texts.source[:length, n : n + 1])
        H = 6
        assert torch.allclose(m[0], torch.cat([h[-1, 0, :H], h[0, 0, H:]]), rtol=1e-12)
        s = net.decode(h, m, None, texts.read[:, n : n + 1])[0][:, 0]
        at = net.attention
        for i in range(int(texts.mask[:, n].sum())):
            e = torch.stack(
                [at.weight_score @ torch.tanh(at.weight_query @ s[i] + at.weight_key @ hj) for hj in h[:, 0]]
            )
            alpha = e.softmax(0)
            assert torch.allclose(weights[n, i, :length], alpha, rtol=1e-10)
            p = net.readout.weight @ torch.cat([s[i], alpha @ h[:, 0]]) + net.readout.bias
            assert torch.allclose(scores[i, n], p, rtol=1e-9)


def test_without_attention_the_summary_is_all():
    net, texts = net_of(attention=False), NUMBERS.encode(PAIRS)
    scores, weights = net(texts.source, texts.lengths, texts.read)
    assert weights is None
    h, m = net.read(texts.source, texts.lengths)
    s = net.decode(h, m, texts.lengths, texts.read)[0]
    assert torch.allclose(scores, net.say(s, m.expand(len(s), -1, -1)), rtol=1e-12)
    with_it = net_of()
    assert with_it.num_parameters - net.num_parameters == with_it.attention.num_parameters


def test_input_feeding_is_the_equations_and_its_gradients_are_differences():
    net, texts = net_of(input_feeding=True), NUMBERS.encode(PAIRS)
    h, m = net.read(texts.source, texts.lengths)
    s, c, weights = net.decode(h, m, texts.lengths, texts.read, True)
    state, before = torch.tanh(net.first(m, checked=True)[0]), torch.zeros_like(m)
    for i, symbol in enumerate(texts.read):
        state = net.decoder(torch.cat([net.target(symbol[None])[0], before[None]], 2), state)[1]
        before = torch.einsum("ns,snk->nk", weights[:, i], h)
        assert torch.allclose(s[i], state, rtol=1e-10)
        assert torch.allclose(c[i], before, rtol=1e-10)
    shorter = texts.read[:2]  # enough steps for an error to come back through a context

    def loss():
        return net(texts.source, texts.lengths, shorter)[0][1].logsumexp(1).sum()

    loss().backward()
    fed = net.decoder.weight_ih_l0  # its last columns read the context
    for place in ((0, 5), (7, 9), (17, 16)):
        found, moved = fed.grad[place].item(), []
        for step in (1e-6, -1e-6):
            with torch.no_grad():
                fed[place] += step
                moved.append(loss().item())
                fed[place] -= step
        assert (moved[0] - moved[1]) / 2e-6 == pytest.approx(found, rel=1e-4)
        assert found != 0.0


@pytest.mark.parametrize("input_feeding", [False, True])
def test_translating_is_reading_one_s_own_words(input_feeding):
    net, texts = net_of(input_feeding=input_feeding), NUMBERS.encode(PAIRS)
    said, weights = net.translate(texts.source, texts.lengths, 5)
    read = torch.cat([torch.full((1, 3), START), said[:-1]])
    scores, again = net(texts.source, texts.lengths, read, need_weights=True)
    assert torch.equal(scores.argmax(2), said)
    assert torch.allclose(weights, again, rtol=1e-10)


def test_padding_changes_nothing_unless_the_mask_is_forgotten():
    net, texts = net_of(), NUMBERS.encode(PAIRS[:1])
    wider = torch.cat([texts.source, torch.zeros(4, 1, dtype=torch.int64)])
    said, weights = net.translate(wider, texts.lengths, 6)
    alone, its = net.translate(texts.source, None, 6)
    assert torch.equal(said, alone)
    assert torch.allclose(weights[..., :5], its, rtol=1e-10)
    assert not weights[..., 5:].any()
    assert weight_on_padding(net, NUMBERS, PAIRS[:1], 4) > 0.1
    assert weight_on_padding(net, NUMBERS, PAIRS[:1], 0) == 0.0


def test_learning_learns_and_is_repeatable():
    rng = np.random.default_rng(9)
    tests = written_numbers(1, 50, rng)
    first = learn(numbers_up_to(2), NUMBERS, updates=120, hidden_size=16, learning_rate=0.01)
    assert accuracy(first, NUMBERS, tests) > 0.9
    again = learn(numbers_up_to(2), NUMBERS, updates=3, **SMALL)
    once_more = learn(numbers_up_to(2), NUMBERS, updates=3, **SMALL)
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), once_more.parameters(), strict=True))


def test_lengths_are_drawn_evenly():
    drawn = numbers_up_to(4)(4000, np.random.default_rng(0))
    counts = np.bincount([len(pair.target) for pair in drawn])
    assert (abs(counts[1:] - 1000) < 150).all()


def test_offsets_of_a_net_that_looks_at_the_right_digit():
    class Pointer:
        def __call__(self, source, lengths, read, need_weights):
            weights = torch.zeros(len(PAIRS), len(read), len(source))
            for n, pair in enumerate(PAIRS):
                for i, place in enumerate(k for k, symbol in enumerate(pair.source) if symbol.isdigit()):
                    weights[n, i, place] = 1.0
            return None, weights

    assert offsets(Pointer(), NUMBERS, PAIRS) == {"0": 1.0}


def test_input_gradients_are_differences():
    net, texts = net_of(), NUMBERS.encode(PAIRS[:1])
    found = input_gradients(net, texts)
    assert found.shape == (1, 5, 5)
    x = net.source(texts.source)[0].detach()

    def log_p(x):
        h, m = net.read_vectors(x)
        s, c, _ = net.decode(h, m, None, texts.read)
        return net.say(s, c).log_softmax(2)[2, 0, texts.target[2, 0]].item()

    for j in (0, 3):
        moved = []
        for k in range(x.shape[2]):
            step = torch.zeros_like(x)
            step[j, 0, k] = 1e-6
            moved.append((log_p(x + step) - log_p(x - step)) / 2e-6)
        assert np.linalg.norm(moved) == pytest.approx(found[0, 2, j], rel=1e-5)


def test_most_looked_at_and_most_felt_are_shares():
    shares = most_looked_at_and_most_felt(net_of(), NUMBERS.encode(PAIRS))
    assert 0.0 <= shares["same"] <= shares["near"] <= 1.0


def test_an_alignment_holds_what_the_figure_needs():
    alphabet = Alphabet("ab", "ab")
    pairs = [Written(text, text, "en") for text in ("a", "b", "ab", "ba", "aab", "bab")]
    net = learn(
        lambda count, rng: [pairs[k] for k in rng.integers(6, size=count)],
        alphabet,
        updates=200,
        hidden_size=12,
        learning_rate=0.01,
    )
    found = alignment(net, alphabet, pairs[-1])
    assert found["target"] == "bab■"
    scores, push = np.array(found["scores"]), np.array(found["push"])
    assert scores.shape == push.shape == (4, 3)
    assert np.shape(found["plane"]) == (3, 2)
    texts = alphabet.encode(pairs[-1:])
    _, weights = net(texts.source, None, texts.read, need_weights=True)
    np.testing.assert_allclose(softmax(scores, np.ones_like(scores, bool)), weights[0].detach(), atol=0.02)
    assert np.abs(softmax_backward(weights[0].detach().numpy(), push).sum(1)).max() < 1e-6
    with pytest.raises(ValueError, match="no attention"):
        alignment(learn(lambda c, r: pairs, alphabet, attention=False, updates=1, **SMALL), alphabet, pairs[0])
    with pytest.raises(ValueError, match="'bab' becomes"):
        alignment(learn(lambda c, r: pairs, alphabet, updates=1, **SMALL), alphabet, pairs[-1])


def test_measurements_on_a_net_that_has_learnt_nothing():
    found = measure_numbers(attention=True, longest=3, seed=0, updates=1, **SMALL)
    assert set(found["right"]) == set(LENGTHS)
    assert set(found["padding"]) == set(PADDINGS)
    assert found["padding"][0]["weight"] == 0.0
    assert sum(found["offsets"].values()) == pytest.approx(1.0, abs=0.01)
    assert "padding" not in measure_numbers(attention=False, longest=3, seed=0, updates=1, **SMALL)
    assert set(measure_dates(attention=True, seed=0, updates=1, **SMALL)["most"]) == {"same", "near"}


def test_the_command_writes_what_it_measured(tmp_path, capsys):
    main(["--only", "dates", "--seeds", "1", "--updates", "1", "--output", str(tmp_path)])
    written = json.loads((tmp_path / "dates.json").read_text())
    assert [row["attention"] for row in written["rows"]] == [True, False]
    assert written["made"]["command"] == "python -m lstmlib.studies.translation --only dates"
    assert set(written["made"]["versions"]) == {"python", "numpy", "torch", "babel"}
    assert "dates: 2 of 2 done" in capsys.readouterr().out


def test_the_stored_results_are_the_command_s():
    for name in PARTS:
        rows = stored(name)
        assert len(rows) == (len(SHOWN) if name == "alignments" else len(jobs(name, 3, 1)))
    for name in ("lengths", "patience", "dates"):
        assert {row["updates"] for row in stored(name)} == {PARTS[name]}
        assert {row["seed"] for row in stored(name)} == {0, 1, 2}
    assert DAY.toordinal() % 10 == 0  # a day that nothing was learnt from
    assert all(row["target"] == DAY.isoformat() + "■" for row in stored("alignments"))
    shares = [value for row in stored("lengths") for value in row["right"].values()]
    assert all((share * TESTED) == pytest.approx(round(share * TESTED), abs=0.11) for share in shares)
