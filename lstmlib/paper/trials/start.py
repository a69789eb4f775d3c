"""What a trial starts from: its net, its weights, its learning rate, and its sources of random numbers."""

import zlib
from dataclasses import replace
from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.online.chunker import ChunkerNet
from lstmlib.online.net import Net
from lstmlib.online.simple import SimpleNet
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Random

FORGETTING_CAP = 500_000  # training sequences after which a net of 1997 that was given forget gates has failed
OFFSET = 0.1  # what Fahlman (1988) added to an output's slope
CLOSED = 3.0  # how much lower weights of an input gate without a bias start if it is to be closed


def net_of(row: Row, reading: Reading) -> Net:
    """Return a row's net as a reading has it."""
    assert isinstance(row.net, Net)
    shortcuts = reading.get("shortcuts", "none")
    return replace(
        row.net,
        linear_output=reading.get("output") == "linear",
        swapped_ranges=reading.get("ranges") == "caption",
        recurrent=row.net.recurrent and reading.get("recurrence") != "none",
        gates_seen=reading.get("recurrence") != "cells",
        biased="gates" if reading.get("biased") == "gates" and row.net.biased == "all" else row.net.biased,
        direct=row.net.direct or "inputs" in shortcuts,
        output_bias=row.net.output_bias or "1" in shortcuts,
        output_gates=row.net.output_gates and reading.get("without") != "output gates",
        forget_gates=reading.get("forget-gates", "none") != "none",
        constant_seen=reading.get("constant-unit") == "seen",
        block_size=1 if reading.get("block-size") == "1" else row.net.block_size,
    )


def simple_of(row: Row, reading: Reading) -> SimpleNet:
    """Return a row's net without memory cells as a reading has it."""
    assert isinstance(row.net, SimpleNet)
    return replace(row.net, delayed=reading.get("outputs-see") == "step before")


def chunker_of(row: Row, reading: Reading) -> ChunkerNet:
    """Return a row's chunker as a reading has it."""
    assert isinstance(row.net, ChunkerNet)
    taught, joined = reading["taught"] == "hidden unit and outputs", reading["seen"] == "symbol and last target"
    hidden_size = int(reading.get("hidden-units", row.net.hidden_size))
    options = {"outputs_taught": taught, "joined": joined, "delayed": reading["outputs-see"] == "step before"}
    return replace(row.net, hidden_size=hidden_size, **options)


def initial_params(row: Row, reading: Reading, rng: Random) -> dict[str, Array]:
    """Draw the parameters that a trial starts with."""
    if isinstance(row.net, ChunkerNet):
        return chunker_of(row, reading).draw(rng, row.weight_range)
    if isinstance(row.net, SimpleNet):
        return row.net.draw(rng, row.weight_range)
    net, inward, outward, forget = net_of(row, reading), row.input_gate_bias, row.output_gate_bias, None
    if reading.get("input-gates") == "negative":
        inward = (-3.0, -6.0)
    if reading.get("output-gates") == "negative":
        outward = (-2.0, -4.0, -6.0)[: net.num_blocks]
    if reading.get("without") == "gate biases":
        inward = None
    if reading.get("forget-gates", "none") not in ("none", "random"):
        forget = (float(reading["forget-gates"]),) * net.num_blocks
    biases = {"input_gate_bias": inward, "output_gate_bias": outward, "forget_gate_bias": forget}
    params = net.draw(rng, row.weight_range, **biases, bias_noise=reading.get("gate-bias") == "noisy")
    if reading.get("added-gate") == "closed":
        params["weight_ih"][: net.num_blocks] -= CLOSED
    return params


def slope_of(reading: Reading) -> dict[str, Any]:
    """Return what an output's error is multiplied with, as the learner is told it."""
    offset = OFFSET if reading["output-error"] == "offset" else 0.0
    return {"output_slope": reading["output-error"] != "difference", "slope_offset": offset}


def learning_rate(row: Row, reading: Reading) -> float:
    """Return what the change of weights is multiplied with."""
    return row.learning_rate * float(reading["factor"])


def cap_of(row: Row, reading: Reading) -> int:
    """Return after how many training sequences a trial has failed."""
    forgets = reading.get("forget-gates", "none") != "none"
    cap = min(row.cap, FORGETTING_CAP) if forgets else row.cap
    sooner = reading.get("cap", "the row's")
    return cap if sooner == "the row's" else min(cap, int(sooner))


def random_sources(row: Row, seed: int, trial: int) -> list[Random]:
    """Return a trial's sources of weights, training and test sequences: the row, seed and trial decide them alone.

    In experiment 1 ten trials share their strings, as in the paper: 30 trials are 3 pairs of sets.
    """
    key = zlib.crc32(row.name.encode())
    weights, training, testing = (np.random.default_rng([seed, key, trial, part]) for part in range(3))
    if row.experiment == "1":
        testing = np.random.default_rng([seed, key, trial // 10, 3])
    return [weights, training, testing]
