"""Where the claims are tested: on texts, strings and returns that were made up, and what is stored comes again."""

import importlib.util

import numpy as np
import pytest

from lstmlib.data.chorales import KEYS, Score, Tune
from lstmlib.studies.at_work.gates import cells, chords, language, measures, passages, pen, prices, record
from lstmlib.studies.at_work.gates.measures import Act
from lstmlib.studies.at_work.handwriting.strings import BETWEEN, Strings

TEXT = "KING.\nThe king is dead. Long live, Anne, my lord! What,\nCome in.\nSo be it.\n"


def test_sentences_begin_after_a_full_stop_and_not_after_a_name_or_a_comma():
    places, partners = language.sentences(TEXT)
    assert [TEXT[t : t + 3] for t, _ in places] == [". L", "! W", ".\nS"]
    assert [TEXT[t : t + 3] for t, _ in partners] == [", A", ",\nC"]
    assert places[0][1] == (" ", "L")


def test_nouns_follow_determiners_and_end_what_these_begin():
    text = "the lord is my lord, " * 10 + "the good lord is good to him. " * 10 + "he is the. "
    found = language.nouns(text)
    assert found == {"lord"}
    assert not language.nouns("the lord is here. " * 9)  # too few


def test_words_and_spaces_have_their_strata():
    places, partners = language.words("my lord runs; Anne isn't", {"lord"})
    assert places == [(5, (4, "d", " "))]
    assert partners == [(10, (4, "s", ";"))]
    places, partners = language.spaces("upon the hill he ran. And so")
    assert [t for t, _ in places] == [4, 8, 16]  # upon, the, he
    assert partners == [(13, (4, "l"))]


def a_string():
    """Return one string of two digits: 3 points of a 7, two in between, 4 of a 1."""
    owner = np.array([0, 0, 0, BETWEEN, BETWEEN, 1, 1, 1, 1, BETWEEN])[:, None]
    x = np.zeros((10, 1, 2), np.float32)
    x[:9, 0, 0] = 1.0  # to the right
    return Strings(x, np.array([9]), np.array([[7, 1, 0, 0, 0, 0]]), np.array([2]), owner)


def test_ink_knows_where_digits_begin_and_end():
    found = pen.ink(a_string())
    assert found.digit[:, 0].tolist() == [7, 7, 7, -1, -1, 1, 1, 1, 1, -1]
    assert np.flatnonzero(found.first).tolist() == [0, 5]
    assert np.flatnonzero(found.last).tolist() == [2, 8]
    assert np.flatnonzero(found.deep).tolist() == [1, 6, 7]
    assert found.tenth[5:9, 0].tolist() == [0, 2, 5, 7]
    assert len(set(found.octant[:9, 0].tolist())) == 1


def test_the_boundary_lies_behind_a_digit_and_for_the_other_layer_before_the_next():
    known = pen.ink(a_string())
    known = known._replace(third=0 * known.third)
    there, back = (pen.boundaries(known, end) for end in (False, True))
    assert there.places.tolist() == [[2, 0]]  # to 4
    assert back.places.tolist() == [[3, 0]]  # to 5
    assert known.deep[there.partners[:, 0] + 1, 0].all()


def test_a_digit_is_said_inside_it_and_in_strings_that_are_read_rightly():
    source = a_string()
    scores = np.zeros((10, 1, 11))
    scores[:, 0, 0] = 1.0
    scores[[2, 7], 0, [8, 2]] = 2.0  # a 7 and a 1
    said, silent = pen.said(scores, source, pen.ink(source))
    assert np.flatnonzero(said).tolist() == [2, 7]
    assert np.flatnonzero(silent).tolist() == [0, 1, 5, 6, 8]
    scores[7, 0, 3] = 3.0  # a 2
    assert not pen.said(scores, source, pen.ink(source))[0].any()


def test_a_direction_that_only_one_digit_has_is_distinctive(rng):
    source = a_string()
    source.x[5:9, 0] = [0.0, -1.0]  # the 1 goes down
    known = pen.ink(source)
    many = known._replace(**{name: np.repeat(value, 60, 1) for name, value in known._asdict().items()})
    found = pen.times(many, many)
    assert found[5, 0] > 1.5  # at the first tenth the others go to the right
    own, every = pen.frequencies(many)
    np.testing.assert_allclose(own.sum(-1), 1.0)
    np.testing.assert_allclose(every.sum(-1), 1.0)


def test_expected_volatility_is_a_weighted_mean_of_the_squares_before():
    r = np.r_[np.ones(60), 3.0, 1.0]
    found = prices.expected(r)
    np.testing.assert_allclose(found[:61], 1.0)
    assert found[61] == pytest.approx(np.sqrt(0.94 + 0.06 * 9.0))


def test_pairs_of_days_are_what_the_claims_say(rng):
    r = rng.standard_t(4, 1500) * np.exp(0.5 * np.sin(np.arange(1500) / 50.0))
    found, size, sigma = prices.pairs(r, 500), np.abs(r), prices.expected(r)
    places, partners = (side[:, 0] for side in found["outdated"])
    assert (size[places] >= 2.0 * sigma[places]).all()
    assert (size[partners] <= sigma[partners]).all()
    assert ((r[places] > 0.0) == (r[partners] > 0.0)).all()
    assert np.abs(size[places] - size[partners]).mean() < 1.5
    assert size[found["changes"].places[:, 0]].min() > size[found["changes"].partners[:, 0]].max()
    assert all(side[:, 0].min() >= 500 and side[:, 0].max() < 1490 for pair in found.values() for side in pair)


def a_chorale():
    """Return a chorale in bars of four: two phrases of eight chords with one tune, and six chords more.

    All have an upbeat, and the last chord of each phrase has a fermata.
    """
    once = [0, 2, 4, 5, 7, 5, 4, 4]
    key = np.array([*once, *once, 9, 7, 12, 12, 9, 11]) + 39
    roll = np.zeros((len(key), KEYS), np.uint8)
    roll[np.arange(len(key)), key] = 1
    roll[:, 27] = 1
    pause = np.isin(np.arange(len(key)), [7, 15, 21])
    return chords.Piece(Score(roll, pause), Tune((np.arange(len(key)) + 3) % 4, np.full(len(key), 4), key))


def test_a_phrase_ends_where_its_fermata_is_read_and_partners_lie_inside():
    places, partners = chords.phrases(a_chorale())
    assert [t for t, _ in places] == [8, 16]  # the step after each fermata; none after the last
    assert places[0][1] == (4, 2, True, (0, 4))  # the third of four beats, a chord that stays, an E above a C
    assert [t for t, _ in partners] == [3, 4, 11, 12]


def test_a_motif_comes_again_and_a_pattern_beside_it_doesn_t():
    places, partners = chords.motifs(a_chorale())
    assert [t for t, _ in places] == [1]  # the later ones of the first phrase share a note with it
    assert places[0][1] == (4, 3, 2)
    assert [t for t, _ in partners] == [17, 18]


def test_strong_beats_are_the_first_and_the_third():
    places, partners = chords.beats(a_chorale())
    assert [t for t, _ in places] == [3, 5, 11, 13, 19]
    assert [t for t, _ in partners] == [2, 4, 6, 10, 12, 14, 18, 20]


def test_a_probe_reads_a_beat_that_is_there_and_not_one_that_isn_t(rng):
    piece = a_chorale()
    asked = chords.batch([piece] * 20)
    assert asked.beat.shape == asked.inside.shape == (22, 20)
    there = np.eye(4)[asked.beat] + 0.1 * rng.standard_normal((22, 20, 4))
    assert chords.probe([there, there], (asked, asked)) == 1.0
    noise = [rng.standard_normal((22, 20, 4)) for _ in range(2)]
    assert chords.probe(noise, (asked, asked)) < 0.4


# What is stored.


@pytest.fixture(scope="module")
def found():
    return record.load()


def test_ten_nets_of_each_kind_are_stored_with_every_claim(found):
    for kind in record.KINDS:
        nets = record.of_kind(found, kind)
        assert list(nets) == list(record.SEEDS)
        names = {claim.name for claim in record.CLAIMS if claim.kind == kind}
        assert all(set(net["claims"]) == names for net in nets.values())
    assert len(record.CLAIMS) == 12


def test_every_claim_s_gate_and_direction_are_the_measure_s():
    for module, kind in ((language, "text"), (pen, "pen"), (prices, "prices"), (chords, "chords")):
        mine = {claim.name: (claim.gate, claim.lower) for claim in record.CLAIMS if claim.kind == kind}
        assert mine == {name: (gate, lower) for name, (gate, _, lower) in module.CLAIMS.items()}


def test_the_verdicts_follow_from_what_is_stored(found):
    verdict = record.verdicts(found)["sentence"]
    lines = [line["claims"]["sentence"] for line in found if line["kind"] == "text"]
    assert verdict.activation.mean == pytest.approx(np.mean([one["learnt"][0] - one["learnt"][1] for one in lines]))
    assert verdict.clamp.mean == pytest.approx(np.mean([one["clamp"][0] - one["clamp"][1] for one in lines]))


def test_the_first_net_of_each_kind_is_measured_again(found, tmp_path):
    line = record.of_kind(found, "text")[0]
    asked = language.Bench()
    net = asked.learnt(0, tmp_path)
    model, readout = language.weights(net)
    reading = cells.read(model, asked.x[:-1])
    own = asked.pairs["sentence"]
    again = measures.act(reading.forget, own, 3, True, True)
    assert again[:3] == pytest.approx(line["claims"]["sentence"]["learnt"][:3], abs=1e-3)
    held = cells.Held("forget", cells.means(reading)["forget"])
    cost = language.clamped(model, readout, asked.x, reading, own.places, 3, held)
    assert cost == pytest.approx(line["claims"]["sentence"]["clamp"][0], abs=1e-3)
    assert language.frozen(model, readout, asked.x, reading)["output"] == pytest.approx(
        line["frozen"]["output"], abs=1e-3
    )
    np.testing.assert_allclose(
        measures.saturation(reading.input[language.WARM :]), line["saturation"]["input"], atol=2e-3
    )
    there = language.probes(reading.c, asked.x, asked.texts)
    assert there["properties"]["column"] == pytest.approx(line["probe"]["learnt"]["properties"]["column"], abs=1e-2)


here = pytest.mark.skipif(importlib.util.find_spec("music21") is None, reason="music21 isn't installed")


@pytest.mark.parametrize("kind", ["pen", "prices", pytest.param("chords", marks=here)])
def test_the_first_net_of_the_other_kinds_is_measured_again(found, kind):
    line = record.of_kind(found, kind)[0]
    again = record.bench(kind, record.FOLDER).measure(0, record.FOLDER)
    assert again["score"] == pytest.approx(line["score"], abs=1e-3)
    for name, claim in line["claims"].items():
        mine = again["claims"][name]
        assert Act(*claim["learnt"])[:3] == pytest.approx(mine["learnt"][:3], abs=2e-3)
        assert claim["clamp"] == pytest.approx(mine["clamp"], abs=5e-3)
    assert line["frozen"] == pytest.approx(again["frozen"], abs=1e-2)


def test_a_passage_has_the_places_it_was_chosen_for(rng):
    gate = rng.uniform(size=(300, 2, 3))
    places, partners = np.array([[200, 1], [220, 1], [40, 0]]), np.array([[210, 1], [230, 1]])
    scene = passages.Scene(gate, 1.0 - gate, measures.Pairs(places[:2], partners), places, partners, 2, True)
    labels = [[str(t) for t in range(300)] for _ in range(2)]
    found = passages.passage(scene, "forget", labels, np.array([300, 300]), 10)
    start = int(found["labels"][0])
    assert len(found["labels"]) == len(found["learnt"]["best"]) == passages.LONG
    assert [start + k for k in found["places"]] == [200, 220]
    assert [start + k for k in found["partners"]] == [210, 230]
    np.testing.assert_allclose(found["learnt"]["mean"][5], gate[start + 5, 1].mean(), atol=6e-4)
    np.testing.assert_allclose(
        found["untrained"]["best"][5], 1.0 - gate[start + 5, 1, found["untrained"]["cell"] - 1], atol=6e-4
    )
