"""The comparison with other engines: both sides do the same work, and the stored table is what the page says it is."""

import json

import numpy as np
import pytest

from lstmlib.bench.others import BATCHES, BOUND, FASTEST, HEADS, LENGTHS, RESULTS, RUNTIME, forward_runs
from lstmlib.bench.timing import Row

ROWS = [Row(**{k: v for k, v in item.items() if k != "met"}) for item in json.loads(RESULTS.read_text())["rows"]]


def test_all_engines_compute_the_same():
    pytest.importorskip("onnxruntime")
    outputs = [np.asarray(run()) for run in forward_runs(7, 3, 5).values()]
    assert len(outputs) == 3
    for output in outputs:
        assert output.shape == (7, 3, 5)
        np.testing.assert_allclose(output, outputs[0], atol=1e-6)


def test_the_stored_table_has_every_shape_and_its_day():
    stored = json.loads(RESULTS.read_text())
    assert stored["note"]
    assert stored["machine"]["onnxruntime"]
    assert stored["machine"]["threads"] == 1
    wanted = {(T, N, H) for T, N, H in (*HEADS, *LENGTHS, *BATCHES)}
    for name in ("lstmlib.numpy.LSTM", "torch.nn.LSTM"):
        for what in (name, f"{name}, {FASTEST}"):
            rows = [row for row in ROWS if row.section == RUNTIME and row.what == what]
            assert {(row.shape["T"], row.shape["N"], row.shape["H"]) for row in rows} == wanted
            assert all(row.ratio > 0.0 for row in rows)


def test_the_bound_follows_from_its_parts():
    lead, bound, share = (row for row in ROWS if row.section == BOUND and FASTEST in row.what)
    assert lead.shape == {"T": 100, "N": 64, "D": 128, "H": 256}
    assert lead.ratio == pytest.approx(bound.ratio * share.ratio, rel=1e-9)  # of the same three times
    assert 0.0 < share.ratio < 1.0
