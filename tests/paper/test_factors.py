"""The factorial study of the readings: what is run, that effects come apart, that what is stored is made again."""

import contextlib
from itertools import combinations

import numpy as np
import pytest

from lstmlib.paper import factors
from lstmlib.paper.rows import ROWS


def test_no_effect_of_one_or_two_readings_is_mixed_up_with_another():
    """Resolution V: no product of up to four columns is constant, so terms of one or two readings are orthogonal."""
    every = 2 * factors.design().astype(int) - 1
    assert len(np.unique(every, axis=0)) == len(every) == 80
    signs = every[:64]
    for count in range(1, 5):
        for columns in combinations(range(8), count):
            assert signs[:, columns].prod(1).sum() == 0


@pytest.mark.parametrize("name", factors.FACTORS)
def test_a_row_s_readings_are_its_own_and_begin_with_the_default(name):
    assert len(factors.FACTORS[name]) == 8
    assert set(factors.FACTORS[name]) <= set(ROWS[name].readings)
    first, last = factors.reading_of_run(name, 0), factors.reading_of_run(name, 79)
    for reading, (usual, other) in factors.FACTORS[name].items():
        assert first[reading] == usual
        assert last[reading] in (usual, other)


def test_in_the_short_design_effects_of_one_reading_are_apart_from_pairs(rng):
    signs = 2 * factors.short_design().astype(int) - 1
    assert len(np.unique(signs, axis=0)) == len(signs) == 16
    for count in range(1, 4):
        for columns in combinations(range(8), count):
            assert signs[:, columns].prod(1).sum() == 0
    for name, readings in factors.SHORT.items():
        assert len(readings) == 8
        assert set(readings) <= set(ROWS[name].readings)
        assert {factors.reading_of_run(name, 0)[key] for key in readings} <= {both[0] for both in readings.values()}
    logs = np.log(50_000.0) + 0.5 * np.log(0.25) * signs[:, 5] + rng.normal(0.0, 0.01, 16)
    found = factors.short_effects("table-3/q50-p50", np.exp(logs)[:, None] * np.ones((1, 4)))
    for k, effect in enumerate(found):
        assert effect.ratio == pytest.approx(0.25 if k == 5 else 1.0, rel=0.05)
        assert (effect.holm < 0.001) == (k == 5)


def test_unknown_names_and_numbers_are_refused():
    with pytest.raises(ValueError, match="table-9/6a"):
        factors.reading_of_run("table-9", 0)
    with pytest.raises(ValueError, match="run is 80, expected 0 to 79"):
        factors.reading_of_run("table-9/6a", 80)
    with pytest.raises(ValueError, match="has 2 runs, expected 64 or more"):
        factors.effects("table-9/6a", np.ones((2, 4)))


def test_effects_that_were_put_in_come_out(rng):
    signs = factors.design() * 2.0 - 1.0
    names = list(factors.FACTORS["table-9/6a"])
    logs = np.log(30_000.0) + 0.5 * np.log(3.0) * signs[:, 1] + 0.5 * np.log(0.5) * signs[:, 2] * signs[:, 6]
    sequences = np.exp(logs[:, None] + rng.normal(0.0, 0.01, (80, 4)))
    found = {effect.readings: effect for effect in factors.effects("table-9/6a", sequences)}
    np.testing.assert_allclose(factors.foretold(sequences), np.exp(logs[64:]), rtol=0.05)
    assert len(found) == 36
    put_in = {(names[1],): 3.0, (names[2], names[6]): 0.5}
    for readings, effect in found.items():
        assert effect.ratio == pytest.approx(put_in.get(readings, 1.0), rel=0.02)
        assert effect.low < effect.ratio < effect.high
        assert (effect.holm < 0.001) == (readings in put_in)


def test_nets_that_failed_count_with_the_cap():
    sequences = np.where(factors.design()[:, :1] == 1, np.inf, 50_000.0) * np.ones((1, 4))
    first = factors.effects("table-9/6a", sequences * np.linspace(0.99, 1.01, 80)[:, None])[0]
    assert first.readings == ("initial",)
    assert first.ratio == pytest.approx(factors.CAP / 50_000.0, rel=0.02)


def test_what_was_stopped_goes_on(tmp_path, monkeypatch, capsys):
    path = tmp_path / "factors.jsonl"
    monkeypatch.setattr(factors, "FACTORS", {"table-9/6a": factors.FACTORS["table-9/6a"]})
    monkeypatch.setattr(factors, "SHORT", {})
    done = []

    def measured(name, run):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(run)
        return {"row": name, "run": run, "sequences": [1, None, 3, 4]}

    monkeypatch.setattr(factors, "measure", measured)
    monkeypatch.setattr("sys.argv", ["factors", "--output", str(path)])
    with pytest.raises(KeyboardInterrupt):
        factors.main()
    with pytest.raises(ValueError, match="goes on with them"):
        factors.load(path)
    assert done == [0, 1, 2]
    for _ in range(27):
        done.clear()
        if next(factors._missing(path), None) is None:
            break
        with contextlib.suppress(KeyboardInterrupt):
            factors.main()
    found = factors.load(path)["table-9/6a"]
    assert found.shape == (80, 4)
    assert np.isinf(found[:, 1]).all()
    assert "run 79" in capsys.readouterr().err


def test_the_stored_runs_are_whole_and_a_run_comes_out_as_stored():
    stored = factors.load()
    for sequences in stored.values():
        assert sequences.shape == (80, factors.TRIALS)
        assert (sequences[np.isfinite(sequences)] <= factors.CAP).all()
    quickest = min(range(80), key=lambda run: stored["table-9/6a"][run].max())
    assert factors.measure("table-9/6a", quickest)["sequences"] == stored["table-9/6a"][quickest].tolist()


def test_a_run_of_the_short_design_comes_out_as_stored():
    for name, sequences in factors.load_short().items():
        assert sequences.shape == (16, factors.TRIALS)
        quickest = min(range(16), key=lambda run: sequences[run].max())
        assert factors.measure(name, quickest)["sequences"] == sequences[quickest].tolist()
