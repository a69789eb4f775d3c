"""What is stored of the page on a text: the planned nets, and one number of each of its tables computed again."""

import numpy as np
import pytest

from lstmlib.data import alphabet, plays
from lstmlib.studies import protocol
from lstmlib.studies.at_work.text import measure, nets, record, trials, writing


@pytest.fixture(scope="module")
def texts():
    return plays()


@pytest.fixture(scope="module")
def letters(texts):
    return alphabet(texts.learn)


def test_the_stored_study_is_the_planned_one(letters):
    done = trials.load()
    for cell in {trial.cell for trial in done}:
        search = trials.search(done, cell)
        assert tuple(search) == trials.RATES
        assert {len(values) for values in search.values()} == {len(trials.SEEDS["validation"])}
        best = protocol.chosen(search)
        assert protocol.beyond(best, trials.RATES) is None
        tested = trials.tested(done, cell)
        assert [trial.seed for trial in tested] == list(trials.SEEDS["test"])
        assert {(trial.size, trial.epochs, trial.rate) for trial in tested} == {(*trials.KINDS[cell][1:], best)}
    (large,) = [trial for trial in done if trial.part == "large"]
    assert (large.size, large.epochs, large.rate) == (*trials.LARGE[1:], trials.LARGE_RATE)


@pytest.mark.parametrize("seed", [1, None])
def test_a_stored_net_needs_the_bits_that_are_stored(texts, letters, seed):
    part = "large" if seed is None else "test"
    (trial,) = [t for t in trials.load() if t.part == part and (seed is None or t.seed == seed)]
    bits = nets.surprise(trials.stored(seed), nets.encode(texts.test["Macbeth"], letters))
    assert bits.mean() == pytest.approx(trial.plays["Macbeth"], abs=2e-4)


def test_the_best_table_is_inside_the_search_and_as_stored(texts):
    found = record.read()["tables"]
    smoothing, order, _ = found["chosen"]
    best = min(found["search"], key=lambda row: row[2])
    assert best[:2] == [smoothing, order]
    assert measure.ORDERS[0] < order < measure.ORDERS[-1]
    bits = record.table_surprise(texts, smoothing, order, {"Macbeth": texts.test["Macbeth"]})["Macbeth"]
    assert bits.mean() == pytest.approx(found["plays"]["Macbeth"], abs=1e-5)
    assert found["half"][1] < found["half"][0]


def test_how_far_a_net_looks_back_is_as_stored(texts, letters):
    test = [nets.encode(text, letters) for text in texts.test.values()]
    again = measure.looking_back(trials.stored(0), test, False)
    np.testing.assert_allclose(again, record.read()["back"]["elsewhere"][0], atol=2e-4)


def test_a_cell_is_found_again(texts):
    again = measure.found_cells(trials.stored(2), texts)
    stored = record.read()["cells"]["learnt"][2]
    for name, (cell, r) in again.items():
        assert cell == stored[name][0]
        assert r == pytest.approx(stored[name][1], abs=1e-3)


def test_kinds_and_mixtures_are_as_stored(texts, letters):
    beside, (smoothing, order, _) = record.read()["beside"], record.read()["tables"]["chosen"]
    title = "Macbeth"
    table = record.table_surprise(texts, smoothing, order, texts.test)
    joined = np.concatenate(list(table.values()))
    which = np.concatenate([measure.kinds(text) for text in texts.test.values()])
    np.testing.assert_allclose(measure.by_kind(joined, which), beside["table"], atol=1e-5)
    bits = nets.surprise(trials.stored(None), nets.encode(texts.test[title], letters))
    share, mixed = beside["large_mixed"]
    assert measure.mixture(bits, table[title], share).mean() < min(bits.mean(), table[title].mean())
    assert mixed < record.read()["tables"]["bits"]


def test_what_the_large_net_finds_by_search_is_as_stored(texts, letters):
    net, stored = trials.stored(None), record.read()["large"]
    text = writing.beam(net, letters, writing.START, writing.LENGTH, 1)
    known = writing.vocabulary(list(texts.learn.values()))
    width, *judged, beginning = stored["beam"][0]
    assert width == 1
    assert text[:100] == beginning[:100]
    np.testing.assert_allclose(writing.judge(net, letters, writing.START, [text], known), judged, atol=0.02)
