"""Labelling addresses and names: parts without near-duplicates across them, measures by hand, what is stored."""

import json
from collections import Counter

import pytest
import torch

from lstmlib.data.addresses import Address, addresses
from lstmlib.numpy.crf import viterbi
from lstmlib.studies import protocol
from lstmlib.studies.at_work.__main__ import main
from lstmlib.studies.at_work.labelling import ahead as cutting
from lstmlib.studies.at_work.labelling import learn as nets
from lstmlib.studies.at_work.labelling import looks, net, parts, running, simple
from lstmlib.studies.at_work.labelling import measures as m
from lstmlib.studies.at_work.labelling.features import Columns, address_features, word_features

SHORT = Address(("12", "N.", "Main", "St"), ("AddressNumber", "StreetNamePreDirectional", "StreetName", "StreetName"))


def test_no_near_duplicate_crosses_the_parts():
    found = parts.parts()
    assert sum(map(len, found.values())) == 1513
    assert {name: round(len(part) / 1513, 2) for name, part in found.items()} == {
        "test": 0.25,
        "validation": 0.15,
        "learn": 0.6,
    }
    seen = {name: [parts.pieces(address) for address in part] for name, part in found.items()}
    for a, b in (("test", "learn"), ("test", "validation"), ("validation", "learn")):
        for one in seen[a][::7]:
            assert max(len(one & other) / len(one | other) for other in seen[b]) < parts.ALIKE
    assert len(parts.training("validation")) + len(found["validation"]) == len(parts.training("test"))


def test_names_have_parts_of_their_own():
    found = parts.parts("names")
    assert {name: len(part) for name, part in found.items()} == {"test": 755, "validation": 453, "learn": 1810}
    assert len(parts.labels("names")) == 23
    seen = {name: [parts.pieces(one) for one in part] for name, part in found.items()}
    rest = seen["learn"] + seen["validation"]
    for one in seen["test"][::7]:
        assert max(len(one & other) / len(one | other) for other in rest) < parts.ALIKE
    with pytest.raises(ValueError, match="data is 'towns', expected one of addresses, names"):
        parts.parts("towns")


def test_groups_reach_over_several_links():
    said = ("1 north main street apt", "1 north main street apt 5", "1 north main street apt 5 rear", "box 9")
    given = [Address(tuple(text.split()), ()) for text in said]
    assert parts.groups(given) == [0, 0, 0, 3]


def test_labels_go_from_the_most_frequent():
    counts = Counter(label for address in addresses() for label in address.labels)
    assert list(counts.values()) != []
    assert [counts[label] for label in parts.labels()] == sorted(counts.values(), reverse=True)


def test_measures_by_hand():
    right, said = ("A", "B", "B", "C"), ("A", "B", "C", "C")
    assert m.spans(right) == [m.Span("A", 0, 1), m.Span("B", 1, 3), m.Span("C", 3, 4)]
    found = m.counts(right, said)
    assert found == m.Counts(4, 3, 1, 0, 3, 3, 1)
    assert (m.accuracy(found), m.whole(found), m.span_f1(found)) == (0.75, 0.0, pytest.approx(1 / 3))
    both = m.total([found, m.counts(right, right)])
    assert (m.accuracy(both), m.whole(both), m.span_f1(both)) == (7 / 8, 0.5, pytest.approx(4 / 6))


def test_intervals():
    good, bad = m.counts("AB", "AB"), m.counts("AB", "AA")
    half = [[good, bad] * 50] * 3
    low, high = m.interval(half, "whole")
    assert m.mean(half, "whole") == 0.5
    assert 0.38 < low < 0.42
    assert 0.58 < high < 0.62
    gain, low, high = m.gain([[good] * 100] * 3, half, "words")
    assert (gain, low > 0.15, high < 0.35) == (pytest.approx(0.25), True, True)
    assert m.gain(half, half, "words")[0] == 0.0
    assert m.mcnemar([True] * 8 + [False], [False] * 8 + [False]) == pytest.approx(2 * 0.5**8)


def test_features():
    found = word_features("Ave.,")
    assert {"word=ave", "street", "mark=,", "length=w3", "digits=none", "vowels", "capitals=first"} <= found
    assert {"digits=all", "zeros=2", "length=d3"} <= word_features("100")
    assert word_features("#")
    assert {"degree", "mark=,"} <= word_features("M.D.,", "names")
    assert {"form", "generation", "title"}.isdisjoint(word_features("(Bob)", "names"))
    assert "opens=(" in word_features("(Bob)", "names")
    assert "opens=(" not in word_features("(Rear)")
    first = address_features(SHORT, 1)[0]
    assert {"-1 nothing", "+1 direction", "always"} <= first
    columns = Columns(address_features(SHORT, 1) * 2)
    assert columns.matrix([first]).sum() == len(first)


def test_the_most_frequent_label():
    learnt = [Address(("Main", "Elm", "main,"), ("StreetName", "PlaceName", "StreetName"))]
    given = [Address(("MAIN", "Oak"), ("", ""))]
    assert simple.most_frequent(learnt, given) == [("StreetName", "StreetName")]
    assert (simple.key("St.,"), simple.key("60601-12"), simple.key("#")) == ("st", "00000-00", "#")


@pytest.mark.parametrize("name", ["regression", "crf"])
def test_methods_learn_and_do_not_look_at_the_labels(name):
    learnt, hidden = (
        parts.parts()["learn"][:60],
        [Address(a.words, ("",) * len(a.words)) for a in parts.parts()["learn"][:60]],
    )
    said = simple.METHODS[name](1, 0.1)(learnt, hidden)
    assert m.accuracy(m.total(nets.judged(learnt, said))) > 0.97


def test_a_net_labels_an_address_alone_as_among_others():
    known = net.vocabulary(parts.parts()["learn"])
    tagger = net.Tagger(known, both=True, hidden_size=8)
    given = [address.words for address in parts.parts()["test"][:9]]
    with torch.no_grad():
        together = tagger(net.encode(given, known))
        for n, words in enumerate(given):
            alone = tagger(net.encode([words], known))
            torch.testing.assert_close(together[: len(words), n], alone[:, 0], atol=1e-6, rtol=0.0)


def test_one_direction_sees_no_word_that_comes_later():
    known = net.vocabulary(parts.parts()["learn"])
    words = parts.parts()["test"][0].words
    for both in (False, True):
        tagger = net.Tagger(known, both=both, hidden_size=8)
        with torch.no_grad():
            y, z = (tagger(net.encode([given], known)) for given in (words, (*words[:-1], "Qx9")))
        assert torch.equal(y[:-1], z[:-1]) == (not both)


def test_words_taken_away_on_the_right():
    seen = []

    class Spy:
        def label(self, given):
            seen.extend(given)
            return [tuple(f"{len(words)}" for _ in words) for words in given]

    assert cutting.ahead(Spy(), [SHORT], 1) == [("2", "3", "4", "4")]
    assert seen[0] == ("12", "N.")


def test_the_chain_is_trained_by_its_own_gradient(rng):
    known = net.vocabulary(parts.parts()["learn"])
    some = parts.parts()["learn"][:8]
    batch = net.encode([a.words for a in some], known, [a.labels for a in some])
    K = len(parts.labels())
    y, A = torch.randn(*batch.target.shape, K, requires_grad=True), torch.randn(K + 1, K + 1)
    nets.back(y, batch, A)
    found = y.grad
    assert found[~batch.mask].abs().max() == 0.0
    assert A.grad.abs().sum() > 0.0
    best, _ = viterbi((y - 300.0 * found).detach().numpy(), A.numpy() * 0.0, batch.lengths.numpy())
    right = batch.mask.numpy()
    assert (best[right] == batch.target.numpy()[right]).mean() > 0.9  # downhill leads to the right labels


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    some = {data: {name: part[:40] for name, part in parts.parts(data).items()} for data in parts.DATA}
    few = some["addresses"]
    for module in (parts, nets, running, simple):
        monkeypatch.setattr(module, "parts", lambda data="addresses": some[data])
    for module, name, value in (
        (simple, "WINDOWS", (1,)),
        (simple, "PENALTIES", (1.0,)),
        (simple, "START", (1, 1.0)),
        (running, "KINDS", ("both",)),
        (running, "RATES", dict.fromkeys(parts.DATA, (0.01,))),
        (running, "EPOCHS", 2),
        (nets, "EPOCHS", 2),
        (running, "SEEDS", {"validation": (100,), "test": (0, 1)}),
        (running, "AHEAD", (1,)),
    ):
        monkeypatch.setattr(module, name, value)
    main(["labelling", "--folder", str(tmp_path)])
    path = tmp_path / "labelling.jsonl"
    lines = path.read_text().splitlines()
    assert len(lines) == 3
    path.write_text("\n".join([*lines[:2], lines[2][:40]]))  # stopped while it wrote: that net is trained again
    assert len(nets.load(tmp_path)) == 2
    path.write_text("\n".join(lines[:2]) + "\n")
    main(["labelling", "--folder", str(tmp_path)])
    assert path.read_text().splitlines() == lines
    said = running.stored("both", tmp_path).label([a.words for a in few["test"]])
    assert nets.written(said) == json.loads(lines[1])["said"]
    assert running.said_by("both", tmp_path)[0] == said
    assert len(running.said_ahead(1, tmp_path)[0]) == 40
    named = running.said_by("both", tmp_path, "names")
    assert [len(one) for one in named] == [40, 40]
    assert {label for labels in named[0] for label in labels} <= set(parts.labels("names"))
    assert sorted(path.name for path in tmp_path.glob("*names*")) == [
        "labelling-names-simple.json",
        "labelling-names.jsonl",
    ]


def test_errors_by_label_and_by_words_without_a_vector():
    said = [[("AddressNumber", "StreetName", "StreetName", "StreetName")]] * 4 + [[SHORT.labels]]
    found = looks.right_by_label([SHORT], said)
    assert found == {"StreetName": 1.0, "AddressNumber": 1.0, "StreetNamePreDirectional": pytest.approx(0.2)}
    new = looks.by_unseen([SHORT], said, [(False, True, True, False)])
    assert new == pytest.approx((0.5, 0.4, 0.0, 1.0))
    assert looks.disagreements([SHORT], said) == [looks.Disagreement(0, 1, "StreetNamePreDirectional", "StreetName")]


def test_the_judged_are_disagreements_of_the_test():
    given = parts.parts()["test"]
    found = looks.judged()
    assert list(found) == ["data", "nets", "neither", "unclear"]
    assert sum(map(len, found.values())) == 40
    whole = set(looks.disagreements(given, running.said_by("both")[:5]))
    assert {one for ones in found.values() for one in ones} <= whole


def test_what_is_stored_comes_out_again():
    given = parts.parts()["test"]
    words = [address.words for address in given]
    for kind in ("forward", "both"):
        assert running.stored(kind).label(words) == running.said_by(kind)[0]
    assert simple.most_frequent(parts.training("test"), given) == running.said_by("frequent")[0]
    found = running.simple_store()["regression"]
    said = simple.regression(found["window"], found["penalty"])(parts.training("test"), given)
    stored = m.accuracy(m.total(nets.judged(given, running.said_by("regression")[0])))
    assert m.accuracy(m.total(nets.judged(given, said))) == pytest.approx(stored, abs=0.002)


def test_what_is_stored_of_names_comes_out_again():
    learnt, given = parts.training("test", "names"), parts.parts("names")["test"]
    assert simple.most_frequent(learnt, given) == running.said_by("frequent", data="names")[0]
    found = running.simple_store(data="names")["regression"]
    said = simple.regression(found["window"], found["penalty"], "names")(learnt, given)
    stored = m.accuracy(m.total(nets.judged(given, running.said_by("regression", data="names")[0])))
    assert m.accuracy(m.total(nets.judged(given, said))) == pytest.approx(stored, abs=0.002)
    trial = nets.tested(nets.load(data="names"), "both")[0]
    _, again = nets.learn(*trial[:5], "names")
    assert again.wrong[str(nets.EPOCHS)] == pytest.approx(trial.wrong[str(nets.EPOCHS)], abs=0.01)


@pytest.mark.parametrize("data", parts.DATA)
def test_what_was_chosen_lies_inside_what_was_searched(data):
    trials = nets.load(data=data)
    for kind in nets.KINDS:
        assert sorted(nets.search(trials, kind)) == list(nets.RATES[data])
        assert protocol.beyond(nets.chosen(trials, kind), nets.RATES[data]) is None
        assert [trial.seed for trial in nets.tested(trials, kind)] == list(range(len(nets.tested(trials, kind))))
        assert len(nets.tested(trials, kind)) >= 5
    for name in simple.METHODS:
        found = running.simple_store(data=data)[name]
        searched = {(window, penalty) for window, penalty, _ in found["search"]}
        row, column = simple.WINDOWS.index(found["window"]), simple.PENALTIES.index(found["penalty"])
        around = {(simple.WINDOWS[row + k], found["penalty"]) for k in (-1, 1)}
        around |= {(found["window"], simple.PENALTIES[column + k]) for k in (-1, 1)}
        assert around <= searched
