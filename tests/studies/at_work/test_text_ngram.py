"""Tables of counts: probabilities that sum to one, both smoothings by hand, and what the plays give."""

import numpy as np
import pytest

from lstmlib.studies.at_work.text import ngram

TEXT = np.array([0, 1, 0, 2, 0, 1, 0, 1, 2, 2, 0, 1])


@pytest.mark.parametrize("smoothing", ["Witten-Bell", "Kneser-Ney"])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_probabilities_sum_to_one(smoothing, order, rng):
    text = rng.integers(0, 5, 3000) // 2
    levels = ngram.fit(text, 6, order, smoothing)  # three symbols are never seen
    for context in ([0], [5, 1], [2, 1, 0, 2], [3, 4, 5]):
        p = ngram.following(levels, np.array(context), 6)
        assert p.sum() == pytest.approx(1.0, abs=1e-12)
        assert (p > 0.0).all() or smoothing == "Kneser-Ney"


def test_witten_bell_by_hand():
    levels = ngram.fit(TEXT, 3, 2, "Witten-Bell")
    one = np.array([5, 4, 3]) / 15 + 3 / 15 / 3  # 12 characters of 3 kinds, the rest spread evenly
    after_0 = (np.array([0, 4, 1]) + 2 * one) / 7  # five, of two kinds
    np.testing.assert_allclose(ngram.following(levels, np.array([0]), 3), after_0)
    assert ngram.probabilities(levels, np.array([0, 1]), 3)[0] == pytest.approx(after_0[1])


def test_kneser_ney_counts_kinds_of_characters_before():
    counts = np.array([1, 1, 1, 2, 2, 3, 4, 9])
    share = 3 / (3 + 2 * 2)
    expected = [0, 1 - 2 * share * 2 / 3, 2 - 3 * share * 1 / 2, 3 - 4 * share * 1 / 1]
    np.testing.assert_allclose(ngram.discounts(counts), expected)
    assert ngram.discounts(np.array([5, 6, 7])).tolist() == [0.0] * 4
    levels = ngram.fit(TEXT, 3, 2, "Kneser-Ney")  # 01 4 times, 10 twice, 02, 20 twice, 12, 22
    before = np.array([2, 1, 3])  # kinds: before 0 stand 1 and 2; before 1, 0; before 2, all three
    np.testing.assert_allclose(levels[0].kept, before - ngram.discounts(before)[before])
    assert levels[0].total.tolist() == [6.0]


def test_a_longer_order_needs_its_context():
    levels = ngram.fit(TEXT, 3, 4, "Witten-Bell")
    short = ngram.fit(TEXT, 3, 2, "Witten-Bell")
    text = np.array([0, 1])
    np.testing.assert_array_equal(ngram.probabilities(levels, text, 3), ngram.probabilities(short, text, 3))
    assert ngram.size(levels) > ngram.size(short) == 3 + 6


@pytest.mark.parametrize(("order", "smoothing"), [(0, "Kneser-Ney"), (3, "Laplace")])
def test_other_tables_are_refused(order, smoothing):
    with pytest.raises(ValueError, match="expected 1 or more"):
        ngram.fit(TEXT, 3, order, smoothing)


def test_codes_that_would_overflow_are_refused():
    with pytest.raises(ValueError, match="too large for 66 symbols"):
        ngram.codes(TEXT, 11, 66)
