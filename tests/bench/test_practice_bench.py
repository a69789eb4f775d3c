"""What the page In practice measures: like beside like, recipes that change no result; and what is stored of it."""

import numpy as np
import pytest
import torch

from lstmlib.bench import practice
from lstmlib.numpy import GRU, LSTM, RNN, TransformerBlock
from lstmlib.torch import TransformerBlock as TorchBlock


def test_nets_have_equally_many_parameters_as_counted():
    H, counted = practice.sizes(), practice.parameters()
    for kind, make in (("Elman", RNN), ("LSTM", LSTM), ("GRU", GRU)):
        layer = make(practice.EMBED, H[kind])
        assert sum(value.size for value in layer.params.values()) == counted[kind]
    block = TransformerBlock(practice.EMBED, practice.HEADS)
    assert sum(value.size for value in block.params.values()) == counted["transformer"]
    assert sum(p.numel() for p in TorchBlock(practice.EMBED, practice.HEADS).parameters()) == counted["transformer"]
    assert max(counted.values()) < 1.03 * min(counted.values())


@pytest.mark.parametrize("measure", [practice.by_length, practice.in_numpy])
def test_every_kind_is_timed_beside_the_lstm(measure):
    rows = measure(1, (4,))
    assert {(row.what, row.than) for row in rows} == {(kind, "LSTM") for kind in ("Elman", "GRU", "transformer")}
    assert all(row.ratio > 0.0 and row.shape["T"] == 4 for row in rows)


def test_padding_changes_no_output_and_buckets_have_less(monkeypatch):
    monkeypatch.setattr(practice, "SENTENCES", 96)
    rows, found = practice.padding(1)
    assert found["apart"] < 1e-6
    assert found["last apart"] > 0.01  # the state after padding isn't the state at the sentence's end
    assert found["padding, buckets"] < found["padding"]
    assert {row.what for row in rows} == {"packed", "padded, buckets", "packed, buckets"}


def test_what_is_stored_is_whole():
    stored = practice.stored()
    assert stored.keys() == {"machine", *practice.parts(1)}
    rows = [row for part in practice.parts(1) for row in stored[part]["rows"]]
    assert all(0.0 < row["low"] <= row["ratio"] <= row["high"] for row in rows)
    assert stored["machine"]["torch"].startswith("2.")
    assert practice.ratio("bfloat16", "bfloat16", H=64)["shape"]["H"] == 64
    with pytest.raises(KeyError, match="3 rows"):
        practice.ratio("bfloat16", "bfloat16")


def test_an_exported_net_is_the_same_net():
    found = practice.stored()["exported"]["found"]
    assert found["apart, ONNX Runtime"] < 1e-4
    assert found["by step apart, ONNX Runtime"] < 1e-5
    assert found["bytes, int8"] < found["bytes, ONNX Runtime"] / 3.5
    assert found["bits, int8"] == pytest.approx(found["bits, torch"], abs=0.01)


def test_the_play_is_read_by_the_page_s_large_net():
    net, model, text, x = practice.play(50)
    assert x.shape == (50, 1, net.symbols)
    assert (x[:, 0].argmax(1) == text[:-1]).all()
    with torch.no_grad():
        np.testing.assert_allclose(model.recurrent.forward(x)[0], net.recurrent(torch.from_numpy(x))[0], atol=1e-5)
