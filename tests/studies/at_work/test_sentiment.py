"""Kind or unkind: parts that share nothing, what is measured, the nets and what is stored of them."""

import numpy as np
import pytest
import torch

from lstmlib.data.reviews import Review
from lstmlib.studies import protocol
from lstmlib.studies.at_work.sentiment import bag, nets, reader, rest, task, trials


def test_parts_share_no_sentence_and_no_run_of_eight_words():
    data = task.sentences()
    assert [len(part) for part in (data.learn, data.validation, data.test)] == [7066, 1500, 2000]
    assert sorted(np.r_[data.both, data.test]) == list(range(len(data.words)))
    runs = [
        {tuple(data.words[k][n : n + 8]) for k in part for n in range(len(data.words[k]) - 7)}
        for part in (data.learn, data.validation, data.test)
    ]
    assert not (runs[0] & runs[1])
    assert not (runs[0] & runs[2])
    assert not (runs[1] & runs[2])
    assert (data.rating != 0.0).all()
    assert (data.positive == (data.rating > 0)).all()


def test_sentences_that_are_alike_make_a_group():
    split = [list("abcd"), list("xbcd"), list("xyz"), list("bcdxyz"), list("q")]
    assert sorted(map(sorted, task.alike(split, 3))) == [[0, 1, 2, 3], [4]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("not good", "negation"), ("it isn't good", "negation"), ("good but not great", "contrast"), ("good", "neither")],
)
def test_rules_see_words_alone(text, kind):
    assert task.rule(text.split()) == kind


def test_a_gap_has_an_interval_over_nets_and_sentences(rng, monkeypatch):
    monkeypatch.setattr(task, "DRAWS", 499)
    right = rng.random((1, 400)) < 0.8
    same = task.gap(right, right)
    assert (same.points, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    worse = np.repeat(right, 3, 0) & (rng.random((3, 400)) < 0.9)
    found = task.gap(right, worse)
    assert found.low < found.points < found.high
    assert found.points == pytest.approx(100 * (right.mean() - worse.mean()))
    assert found.low > 0
    assert found.p < 0.01
    assert task.gap(worse, right).points == pytest.approx(-found.points)


def test_mcnemar_counts_where_they_differ():
    first, second = np.array([1, 1, 1, 1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 0, 0, 0, 0, 0], bool)
    assert task.mcnemar(first, second) == (5, 0, pytest.approx(2 * 0.5**5))
    assert task.mcnemar(first, first) == (0, 0, 1.0)


def test_calibration():
    p, came = np.repeat([0.05, 0.95], 100), np.r_[np.zeros(90), np.ones(10), np.ones(95), np.zeros(5)] == 1
    curve, error = task.calibration(p, came)
    np.testing.assert_allclose(curve, [(0.05, 0.1, 100), (0.95, 0.95, 100)])
    assert error == pytest.approx(0.025)


def test_the_ceiling():
    agreed = [Review("", np.array([2, 2, 3, 3])), Review("", np.array([-1, -1, -2]))]
    assert task.ceiling(agreed)["one"] == task.ceiling(agreed)["half"] == 1.0
    split = task.ceiling([Review("", np.array([-3, 1, 0, 4]))])
    assert split["one"] == (0.0 + 1.0 + 0.5 + 0.0) / 4
    assert split["silent"] == 0.25


# The sides


def test_features_are_tf_idf_by_hand():
    split = [["a", "a", "b"], ["b", "c"], ["b"]]
    found = bag.features(1, 1).fit_transform(split).toarray()
    rarity = np.log(4 / (1 + np.array([1, 3, 1]))) + 1
    wanted = np.array([[1 + np.log(2), 1, 0], [0, 1, 1], [0, 1, 0]]) * rarity
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted, axis=1, keepdims=True))
    assert bag.runs(["x", "y", "z"], 2) == ["x", "y", "z", "x y", "y z"]


@pytest.mark.parametrize("side", nets.SIDES)
def test_what_is_filled_up_is_not_read(side):
    net = nets.Net(side, 9, nets.Dropout(), 0)
    short, long = np.array([2, 3, 4]), np.array([5, 6, 7, 8, 2, 3])
    together, alone = nets.said(net, [short, long]), nets.said(net, [short])
    assert together[0] == pytest.approx(alone[0], abs=1e-6)
    turned = nets.said(net, [short[::-1]])
    assert (abs(turned[0] - alone[0]) < 1e-6) == (side == "vectors")  # a mean of vectors doesn't know the order


@pytest.mark.parametrize("kind", nets.Dropout._fields)
def test_dropout_drops_in_training_alone(kind):
    net = nets.Net("last", 9, nets.Dropout(**{kind: 0.5}), 0)
    x, lengths = nets.padded([np.array([2, 3, 2, 4, 2])])
    assert net.eval()(x, lengths) == net(x, lengths)
    net.train()
    assert len({float(net(x, lengths)) for _ in range(8)}) > 1


def test_the_same_numbers_are_dropped_at_all_steps(monkeypatch):
    net = nets.Net("vectors", 9, nets.Dropout(sentence=0.5), 0).train()
    seen = []
    monkeypatch.setattr(net, "_states", lambda v, lengths: seen.append(v) or v)
    net(*nets.padded([np.array([2, 2, 2])]))
    assert (seen[0][0] == seen[0][1]).all()
    assert (seen[0] == 0).any()


def test_batches_are_all_sentences_once():
    given = [np.zeros(1 + k % 7, int) for k in range(300)]
    cut = list(nets.batches(given, np.random.default_rng(0)))
    assert sorted(np.concatenate(cut)) == list(range(300))
    assert max(len(which) for which in cut) == nets.BATCH


def test_log_odds_keep_their_side(rng):
    logits = np.r_[rng.normal(0, 3, 99), 0.01, -0.01, 40.0]
    found = trials.unpacked(trials.packed(logits))
    np.testing.assert_array_equal(np.sign(found), np.sign(logits))
    assert np.abs(found - np.clip(logits, -12.7, 12.7)).max() <= 0.1


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    data = task.sentences()
    small = data._replace(learn=data.learn[:60], validation=data.validation[:20], test=data.test[:20])
    monkeypatch.setattr(trials, "sentences", lambda: small)
    monkeypatch.setattr(trials, "RATES", (0.003, 0.01, 0.03))
    monkeypatch.setattr(trials, "SEARCHED", (100,))
    monkeypatch.setattr(trials, "SEEDS", dict.fromkeys(trials.EPOCHS, 2))
    monkeypatch.setattr(trials, "EPOCHS", dict.fromkeys(trials.EPOCHS, 1))
    monkeypatch.setattr(trials, "plan", lambda data: [("pooling", "last"), ("curve", "30"), ("rating", "")])
    monkeypatch.setattr(protocol, "beyond", lambda rate, rates: None)
    trials.run(tmp_path)
    path = tmp_path / "sentiment.jsonl"
    lines = path.read_text().splitlines()
    assert len(lines) == 3 + 2 + 3 + 2 + 1 + 2
    path.write_text("\n".join([*lines[:9], lines[9][:30]]))
    assert len(trials.load(tmp_path)) == 9
    path.write_text("\n".join(lines[:9]) + "\n")
    trials.run(tmp_path)
    assert path.read_text().splitlines() == lines
    stored = trials.load(tmp_path)
    assert trials.logits(stored, "pooling", "last").shape == (2, 20)
    assert len(trials.errors(stored, "rating", "")) == 2


# The net that is kept


def test_the_kept_net_says_what_the_first_of_its_kind_said():
    data, net, stored = task.sentences(), reader.stored(), trials.load()
    which = data.test[:200]
    found = np.array([net.says(data.words[k]) for k in which])
    first = trials.logits(stored, "pooling", "last")[0]
    assert np.abs(found - first[:200]).max() < 0.2  # stored in tenths, its vectors rounded to 255 steps
    assert ((found > 0) == (first[:200] > 0)).mean() > 0.98


def test_reading_is_the_net_of_torch():
    kept = reader.stored()
    net = nets.Net("last", len(kept.known) + 2, nets.Dropout(), 0).eval()
    parts = {
        f"{part}.{k}": v
        for part in ("embedding", "recurrent", "readout")
        for k, v in getattr(kept, part).params.items()
    }
    net.load_state_dict({name: torch.tensor(value) for name, value in parts.items()})
    split = ["this", "is", "not", "a", "wombat", "film"]
    theirs = [float(net(*nets.padded([kept.number(split[: t + 1])])).detach()[0]) for t in range(len(split))]
    np.testing.assert_allclose(kept.read(split).logits, theirs, atol=1e-5)
    assert kept.number(split)[4] == reader.UNKNOWN
    assert not np.allclose(kept.read(split, [0, 5]).logits, theirs)
    np.testing.assert_allclose(kept.read(split).logits, theirs, atol=1e-5)  # it is as it was
    assert kept.read(split, range(32)).logits == pytest.approx(6 * [kept.readout.params["bias"][0]])


def test_the_word_list_is_scikit_learn_s():
    data, listed = task.sentences(), reader.word_list()
    model = bag.fit(data, data.both, rest.load()["single"]["setting"])
    which = data.test[:50]
    wanted = bag.logits(model, data, which)
    np.testing.assert_allclose([listed.says(data.words[k]) for k in which], wanted, atol=0.02)
    assert listed.says([]) == listed.bias


def test_occlusion_is_a_difference():
    moved = reader.left_out(lambda split: float(sum(map(len, split))), ["a", "bcd"])
    assert moved.tolist() == [1.0, 3.0]


def test_probing_counts_what_turns():
    listed = reader.word_list()
    good = {word for word, weight in zip(listed.known, listed.weight, strict=True) if weight > 0}
    ideal = reader.probe(lambda s: (1.0 if s[-1] in good else -1.0) * (-1.0 if "not" in s else 1.0), listed, 10)
    assert ideal == (-2.0, 2.0, 1.0)


# What is stored


def test_a_stored_trial_again():
    first = trials.load()[0]
    _, again = trials.trial(task.sentences(), first.study, first.part, first.name, first.rate, first.seed, 1)
    assert again.wrong[0] == pytest.approx(first.wrong[0], abs=2.0)


def test_logistic_regression_again():
    data, stored = task.sentences(), rest.load()
    setting = rest.searched(stored)
    assert setting[1] not in (bag.STRENGTHS[0], bag.STRENGTHS[-1])
    logits = bag.logits(bag.fit(data, data.both, setting), data, data.test)
    assert ((logits > 0) == (rest.logits(stored) > 0)).mean() > 0.995


def test_the_stored_study_is_the_planned_one():
    stored = trials.load()
    for study, name in trials.plan(task.sentences()):
        rate, epochs = trials.chosen(stored, study, name)
        found = trials.search(stored, study, name)
        assert {len(values) for values in found.values()} == {len(trials.SEARCHED)}
        assert max(epoch for _, epoch in found) == trials.EPOCHS[study]
        if study == "pooling":
            assert protocol.beyond(rate, sorted({rate for rate, _ in found})) is None
        tested = trials.tested(stored, study, name)
        assert [one.seed for one in tested] == list(range(trials.SEEDS[study]))
        assert {(one.rate, one.epochs) for one in tested} == {(rate, epochs)}


@pytest.mark.parametrize("side", nets.SIDES)
def test_stored_errors_are_those_of_the_stored_log_odds(side):
    data, stored = task.sentences(), trials.load()
    wrong = 100 * ((trials.logits(stored, "pooling", side) > 0) != data.positive[data.test]).mean(1)
    np.testing.assert_allclose(wrong, trials.errors(stored, "pooling", side), atol=1e-3)
