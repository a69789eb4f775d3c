"""The embedded Reber grammar: its strings, their lengths, the two sets of experiment 1, streams, success."""

from collections import Counter

import numpy as np
import pytest

from lstmlib.tasks import continual_embedded_reber, embedded_reber, embedded_reber_solved
from lstmlib.tasks.embedded_reber import (
    SYMBOLS,
    allowed_next,
    as_symbols,
    embedded_reber_string,
    possible_next,
    string_sets,
    walk,
)
from lstmlib.tasks.symbols import one_hot


@pytest.fixture(scope="module")
def strings():
    rng = np.random.default_rng(0)
    return [embedded_reber_string(rng) for _ in range(20000)]


def length_distribution(most):
    """The exact probabilities of the inner strings' lengths, by walking the graph as a Markov chain."""
    ways = {0: (1, 2), 1: (1, 3), 2: (2, 4), 3: (2, 5), 4: (3, 5), 5: (6,)}
    at, ends = {0: 1.0}, {}
    for length in range(2, most):
        after = Counter()
        for node, p in at.items():
            for to in ways[node]:
                after[to] += p / len(ways[node])
        ends[length] = after.pop(6, 0.0)
        at = after
    return ends


def test_lengths_are_those_of_the_grammar(strings):
    expected = {length + 4: p for length, p in length_distribution(200).items()}
    assert sum(expected.values()) == pytest.approx(1.0)
    assert min(length for length, p in expected.items() if p) == 9
    assert expected[9] == 0.25
    assert sum(length * p for length, p in expected.items()) == pytest.approx(12.0)
    counts = Counter(map(len, strings))
    for length in range(9, 20):
        assert counts[length] / 20000 == pytest.approx(expected[length], abs=0.012)
    assert np.mean([len(string) for string in strings]) == pytest.approx(12.0, abs=0.1)


def test_every_string_begins_and_ends_as_it_should(strings):
    for string in strings[:2000]:
        assert string[0] == "B" == string[2]
        assert string[1] == string[-2]
        assert string[1] in "TP"
        assert string[-1] == "E" == string[-3]
    assert np.mean([string[1] == "T" for string in strings]) == pytest.approx(0.5, abs=0.015)


def test_known_strings():
    assert possible_next("BTBTXSETE") == ["TP", "B", "TP", "SX", "XS", "E", "T", "E", "B"]
    assert possible_next("BPBPVVEPE") == ["TP", "B", "TP", "TV", "PV", "E", "P", "E", "B"]
    assert possible_next("BPBTSSXXTTVPXVPSEPEB")[-1] == "TP"  # once round the loop, then another string
    with pytest.raises(ValueError, match="'BTBTXSEPE' has 'P' at place 7, where the grammar allows T"):
        possible_next("BTBTXSEPE")
    with pytest.raises(ValueError, match="at place 0, where the grammar allows B"):
        possible_next("T")


def test_what_does_come_next_is_always_possible(strings):
    for string in strings[:500]:
        for symbols, following in zip(possible_next(string), string[1:], strict=False):
            assert following in symbols


def test_the_batch_shows_the_strings():
    batch = embedded_reber(50, np.random.default_rng(1))
    rng = np.random.default_rng(1)
    for n in range(50):
        string = embedded_reber_string(rng)
        length = batch.lengths[n]
        assert length == len(string) - 1
        assert "".join(SYMBOLS[k] for k in batch.x[:length, n].argmax(-1)) == string[:-1]
        assert "".join(SYMBOLS[k] for k in batch.target[:length, n]) == string[1:]
        assert not batch.x[length:, n].any()
        assert batch.mask[:, n].sum() == length


@pytest.mark.parametrize(("distinct", "different"), [(False, (80, 125)), (True, (256, 256))])
def test_the_two_sets_of_experiment_1(distinct, different):
    train, test = string_sets(np.random.default_rng(2), distinct=distinct)
    assert len(train) == len(test) == 256
    assert not set(train) & set(test)
    assert different[0] <= len(set(train)) <= different[1]
    # Strings that are rare are long: the test strings are those that training did not draw.
    assert np.mean([len(s) for s in test]) > np.mean([len(s) for s in train]) + 1.5


def test_streams_have_no_gap():
    batch = continual_embedded_reber(500, 3, np.random.default_rng(3))
    assert batch.x.shape == (500, 3, 7)
    assert batch.mask.all()
    for n in range(3):
        stream = "".join(SYMBOLS[k] for k in batch.x[:, n].argmax(-1))
        possible_next(stream)
        assert stream[1:] == "".join(SYMBOLS[k] for k in batch.target[:-1, n])
        assert 500 / 12 * 0.7 < stream.count("EB") < 500 / 12 * 1.3


def test_a_walk_speaks_the_grammar(rng):
    graph, node, text, allowed = walk(), 0, "", []
    for coin in rng.integers(2, size=5000):
        text += SYMBOLS[graph.symbol[node, coin]]
        node = graph.node[node, coin]
        allowed.append({SYMBOLS[k] for k in np.flatnonzero(graph.allowed[node])})
    assert allowed == [set(symbols) for symbols in possible_next(text)]
    assert text.count("EB") == pytest.approx(5000 / 12, rel=0.15)  # strings are 12 symbols long on average
    turns = Counter(text[k] for k in range(1, 5000) if len(allowed[k - 1]) == 2 and allowed[k - 1] == {"T", "P"})
    assert turns["T"] / turns.total() == pytest.approx(0.5, abs=0.1)


def test_success_is_every_possible_symbol_above_every_other():
    batch = one_hot(as_symbols(["BTBTXSETE", "BPBPTVPSEPE"]), 7)
    right = allowed_next(batch).astype(float)
    assert embedded_reber_solved(right, batch).all()
    scaled = 0.01 * right + 0.5 + 0.005 * np.random.default_rng(0).random(right.shape)
    assert embedded_reber_solved(scaled, batch).all()  # the order alone counts
    one_missing = right.copy()
    one_missing[2, 0, SYMBOLS.index("P")] = 0.0  # T or P could come
    assert embedded_reber_solved(one_missing, batch).tolist() == [False, True]
    forgot = right.copy()
    forgot[-2, 1, [SYMBOLS.index("T"), SYMBOLS.index("P")]] = 0.5  # which was the second symbol?
    assert embedded_reber_solved(forgot, batch).tolist() == [True, False]
    beyond = right.copy()
    beyond[8:, 0] = 9.0
    assert embedded_reber_solved(beyond, batch).all()
