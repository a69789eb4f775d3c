"""One vector against attention: the pairs, nets side by side, the order of the search, what is stored."""

import numpy as np
import pytest
import torch

from lstmlib.data.written import LANGUAGES, write_number
from lstmlib.studies import protocol
from lstmlib.studies.side_by_side import Nets
from lstmlib.studies.translation.compare import (
    FEWER,
    ON,
    PATIENT,
    RATES,
    REFERENCE,
    SIDES,
    TEST,
    VALIDATION,
    Trial,
    final,
    main,
    make,
    pairs_of,
    patient,
    rate_of,
    side_of,
    stacked,
    stored,
    train,
    validation,
    wanted,
)
from lstmlib.studies.translation.net import READINGS, EncoderDecoder
from lstmlib.studies.translation.pairs import TASKS, cards, numbers
from lstmlib.studies.translation.side_by_side import SideBySide


def read(task, drawn):
    texts = drawn.texts
    sources = [
        "".join(task.alphabet.source[k] for k in column[:length])
        for column, length in zip(texts.source.T, texts.lengths, strict=True)
    ]
    return list(zip(sources, task.alphabet.decode(texts.target), drawn.places.T, strict=True))


def test_numbers_are_written_as_their_language_does():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 9, 300)
    for (source, target, places), count in zip(read(TASKS["numbers"], numbers(counts, rng)), counts, strict=True):
        assert len(target) == count
        assert target[0] != "0"
        assert source in {write_number(target, language) for language in LANGUAGES}
        assert "".join(source[k] for k in places if k >= 0) == target


def test_cards_are_read_in_the_order_of_their_letters():
    rng = np.random.default_rng(1)
    counts = rng.integers(1, 9, 300)
    for (source, target, places), count in zip(read(TASKS["cards"], cards(counts, rng)), counts, strict=True):
        pairs = sorted(zip(source[::2], source[1::2], strict=True))
        assert "".join(digit for _, digit in pairs) == target
        assert len(target) == count
        letters = [ord(letter) for letter, _ in pairs]
        assert letters == list(range(letters[0], letters[0] + count))
        assert "".join(source[k] for k in places if k >= 0) == target


def drawn(task, seed, updates=2):
    return list(pairs_of(task, seed, updates))


def small(attention, input_feeding, reading, seed):
    generator = torch.Generator().manual_seed(seed)
    task = TASKS["cards"]
    sizes = len(task.alphabet.source), len(task.alphabet.target), 5, 4
    more = {"attention": attention, "input_feeding": input_feeding, "reading": reading}
    return EncoderDecoder(*sizes, **more, generator=generator).double()


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("input_feeding", [False, True])
@pytest.mark.parametrize("attention", [False, True])
def test_side_by_side_is_each_by_itself(attention, input_feeding, reading):
    nets = [small(attention, input_feeding, reading, seed) for seed in (1, 2)]
    both, parts = SideBySide(nets), [drawn(TASKS["cards"], seed)[0] for seed in (3, 4)]
    losses = both.losses(stacked(parts))
    (grad,) = torch.autograd.grad(losses.sum(), both.flat)
    for k, (net, texts) in enumerate(zip(nets, parts, strict=True)):
        scores, _ = net(texts.source, texts.lengths, texts.read)
        loss = torch.nn.functional.cross_entropy(scores[texts.mask], texts.target[texts.mask])
        assert losses[k].item() == pytest.approx(loss.item(), rel=1e-12)
        wanted_ = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, list(net.parameters()))])
        torch.testing.assert_close(grad[k], wanted_, rtol=1e-9, atol=1e-12)


def test_a_step_is_adam_s_with_the_gradient_cut():
    nets = [torch.nn.Linear(3, 2, dtype=torch.float64) for _ in range(2)]
    twins = [torch.nn.Linear(3, 2, dtype=torch.float64) for _ in range(2)]
    for net, twin in zip(nets, twins, strict=True):
        twin.load_state_dict(net.state_dict())
    both, rates = Nets(nets), torch.tensor([0.1, 0.02], dtype=torch.float64)
    adams = [torch.optim.Adam(twin.parameters(), rate) for twin, rate in zip(twins, rates.tolist(), strict=True)]
    x = 9.0 * torch.ones(3, dtype=torch.float64)
    for _ in range(5):
        p = both.params()
        both.descend((p["weight"] @ x + p["bias"]).square().sum(1), rates)
        for twin, adam in zip(twins, adams, strict=True):
            adam.zero_grad()
            twin(x).square().sum().backward()
            torch.nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
            adam.step()
    for net, twin in zip(both.trained(), twins, strict=True):
        torch.testing.assert_close(net.weight, twin.weight, rtol=1e-9, atol=1e-12)


def test_nets_of_one_seed_read_the_same_pairs_and_others_differ():
    task = TASKS["numbers"]
    first, again, other = (drawn(task, seed)[1] for seed in (5, 5, 6))
    assert torch.equal(first.source, again.source)
    assert first.source.shape != other.source.shape or not torch.equal(first.source, other.source)
    counts = torch.cat([texts.mask.sum(0) for texts in drawn(task, 7, 100)]) - 1
    assert set(counts.tolist()) == set(range(1, task.learnt + 1))


def test_a_short_training_says_what_it_can():
    plain, looking = (train("cards", side, [(0.01, 100), (0.02, 101)], 3) for side in ("one vector", "attention"))
    assert [t.seed for t in plain] == [100, 101]
    assert set(plain[0].right) == {str(count) for count in TASKS["cards"].tested}
    assert not plain[0].found
    assert set(looking[0].found) == set(looking[0].right)
    assert 0.0 < plain[0].wrong((2, 3)) <= 1.0


def trial(rate, seed, updates, loss):
    return Trial("numbers", "one vector", rate, seed, updates, loss, {}, {})


def test_the_search_grows_until_its_best_lies_inside_and_then_ends():
    updates = TASKS["numbers"].updates
    trials = []
    number, asked = wanted(trials, "numbers", "one vector")
    assert number == updates // 2
    assert asked == [(rate, seed) for rate in RATES for seed in VALIDATION]
    trials += [trial(rate, seed, number, 1.0 / rate) for rate, seed in asked]  # the highest is the best
    assert wanted(trials, "numbers", "one vector") == (number, [(0.1, seed) for seed in VALIDATION])
    trials += [trial(0.1, seed, number, 1e3) for seed in VALIDATION]
    assert rate_of(trials, "numbers", "one vector") == RATES[-1]
    assert wanted(trials, "numbers", "one vector") == (updates, [(RATES[-1], seed) for seed in TEST])
    trials += [trial(RATES[-1], seed, updates, 1.0) for seed in TEST]
    assert wanted(trials, "numbers", "one vector") is None
    longer = PATIENT["numbers", "one vector"]
    assert patient(trials, "numbers", "one vector") == (longer, [(RATES[-1], seed) for seed in TEST[:FEWER]])
    trials += [trial(RATES[-1], seed, longer, 1.0) for seed in TEST[:FEWER]]
    assert patient(trials, "numbers", "one vector") is None


def test_what_is_stored_is_whole():
    trials = stored()
    for name, sides in ON.items():
        assert REFERENCE in sides
        for side in sides:
            assert wanted(trials, name, side) is None
            assert protocol.beyond(rate_of(trials, name, side), list(validation(trials, name, side))) is None
            assert [t.seed for t in final(trials, name, side)] == list(TEST)
            assert len(side_of(trials, name, side, (2, 3)).values) == len(TEST)
    assert {t.side for t in trials} == set(SIDES)
    assert all(patient(trials, *key) is None for key in PATIENT)


def test_a_stored_trial_can_be_made_again():
    was = next(t for t in validation(stored(), "numbers", "attention").values())[0]
    (now,) = train("numbers", "attention", [(was.rate, was.seed)], was.updates)
    # Another machine's arithmetic moves a trained net a little; what it can do stays.
    np.testing.assert_allclose([now.right[n] for n in "2345"], [was.right[n] for n in "2345"], atol=0.1)
    assert now.loss == pytest.approx(was.loss, rel=0.5)


def test_the_command_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    import lstmlib.studies.translation.compare as module

    asked = []

    def quick(name, side, wanted, updates):
        asked.append((name, side, updates, tuple(wanted)))
        return [Trial(name, side, rate, seed, updates, abs(rate - 0.01), {}, {}) for rate, seed in wanted]

    monkeypatch.setattr(module, "train", quick)
    path = tmp_path / "trials.jsonl"
    main(["cards", "--output", str(path)])
    first = list(asked)
    assert len(first) == 2 * len(ON["cards"])
    main(["cards", "--output", str(path)])
    assert asked == first
    with path.open("a") as file:
        file.write('{"task": "car')
    assert len(stored(path)) == sum(len(nets) for *_, nets in first)


def test_a_net_starts_from_its_seed():
    first, again, other = (make(TASKS["cards"], "attention", seed) for seed in (1, 1, 2))
    assert torch.equal(first.readout.weight, again.readout.weight)
    assert not torch.equal(first.readout.weight, other.readout.weight)
