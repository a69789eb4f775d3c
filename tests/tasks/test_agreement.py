"""Sentences read as they should, their verbs agree with the first noun, and nothing else gives the number away."""

import numpy as np
import pytest

from lstmlib.tasks.agreement import CLASSES, NOUNS, VERBS, WORDS, agreement, agreement_solved, as_text, noun_number


def number_of(word, pairs):
    return next(number for number in (0, 1) if word in pairs[number])


@pytest.mark.parametrize("phrases", [0, 1, 4])
def test_shapes_and_words(phrases, rng):
    sentences = agreement(phrases, 50, rng)
    batch = sentences.batch
    T = 6 + 3 * phrases
    assert batch.x.shape == (T, 50, len(WORDS))
    assert batch.target.shape == batch.mask.shape == (T, 50)
    assert (batch.x.sum(-1) == 1.0).all()
    assert batch.mask.all()
    assert batch.lengths.tolist() == [T] * 50
    np.testing.assert_array_equal(batch.x[1:].argmax(-1), batch.target[:-1])  # the next word, all along
    for n in range(50):
        words = as_text(sentences, n).removesuffix(".").split()
        assert words[0] == "the"
        assert words[-3:] == ["on", "the", "mat"]
        verb = words[2 + 3 * phrases]
        assert WORDS[batch.target[sentences.verb_at, n]] == verb
        assert number_of(words[1], NOUNS) == number_of(verb, VERBS) == sentences.number[n]
        for k in range(phrases):
            preposition, the, noun = words[2 + 3 * k : 5 + 3 * k]
            assert preposition in CLASSES["preposition"]
            assert the == "the"
            assert noun in NOUNS[0] + NOUNS[1]


def test_the_nouns_between_say_nothing(rng):
    sentences = agreement(2, 4000, rng)
    nearest = sentences.batch.x[sentences.verb_at].argmax(-1)
    plural = np.isin(nearest, [WORDS.index(noun) for noun in NOUNS[1]])
    assert abs(sentences.number.mean() - 0.5) < 0.03
    assert abs((plural == sentences.number).mean() - 0.5) < 0.03


def test_words_are_all_different():
    assert len(set(WORDS)) == len(WORDS) == 26


def test_its_rule_for_success(rng):
    sentences = agreement(1, 40, rng)
    right = 5.0 * np.eye(len(WORDS))[sentences.batch.target]
    assert agreement_solved(right, sentences).all()
    other = {WORDS.index(VERBS[number][k]): WORDS.index(VERBS[1 - number][k]) for number in (0, 1) for k in range(4)}
    wrong = right.copy()
    wrong[sentences.verb_at] = 0.0
    for n in range(40):
        wrong[sentences.verb_at, n, other[sentences.batch.target[sentences.verb_at, n]]] = 5.0
    assert not agreement_solved(wrong, sentences).any()
    # Another verb of the same number is right too.
    shifted = np.zeros_like(right)
    for n in range(40):
        shifted[sentences.verb_at, n, WORDS.index(VERBS[sentences.number[n]][0])] = 1.0
    assert agreement_solved(shifted, sentences).all()
    assert not agreement_solved(np.zeros_like(right), sentences).any()  # undecided is not solved


def test_the_same_seed_draws_the_same_sentences():
    one, same = (as_text(agreement(3, 1, np.random.default_rng(5)), 0) for _ in range(2))
    assert one == same


@pytest.mark.parametrize(("phrases", "size"), [(-1, 4), (2, 0)])
def test_bad_sizes(phrases, size, rng):
    with pytest.raises(ValueError, match="expected an integer of at least"):
        agreement(phrases, size, rng)
    with pytest.raises(ValueError, match=r"y has shape \(6, 3, 26\), expected \(6, 4, 26\)"):
        agreement_solved(np.zeros((6, 3, 26)), agreement(0, 4, rng))


def test_what_are_no_sentences_is_refused(rng):
    sentences = agreement(1, 3, rng)
    for call in (noun_number, lambda these: as_text(these, 0), lambda these: agreement_solved(np.zeros(3), these)):
        with pytest.raises(TypeError, match="sentences is a Batch, expected the Sentences that agreement draws"):
            call(sentences.batch)
    with pytest.raises(ValueError, match="n is 3, expected 0 to 2: there are 3 sentences"):
        as_text(sentences, 3)
