"""A net that reads Python's reference character by character and guesses the next one: to look at its gates."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.forgetting.store import RESULTS, read_net, save_net, store
from lstmlib.numpy import LSTM, Linear, SequenceModel
from lstmlib.numpy.checks import Array

ALPHABET = " abcdefghijklmnopqrstuvwxyz0123456789.,:;()[]{}\"'_-*=<>|+/"
CELLS, STREAMS, PIECE = 64, 32, 64
PROSE = slice(3400, 11400)  # of the unseen text: no tables
SENTENCE = 'notes: 3. "remove()" raises "valueerror" when *x* is not found in *s*. '
MARKS = (" ", '"')


def clean(text: str) -> str:
    """Return a text in lower case, every run of white space one space, without characters that ``ALPHABET`` has not."""
    text = re.sub(r"\s+", " ", text.lower())
    return "".join(character for character in text if character in ALPHABET)


def reference() -> tuple[str, str]:
    """Return the topics of Python's reference that ``help()`` shows, cleaned: 95 percent to learn from, the rest."""
    from pydoc_data.topics import topics

    text = clean(" ".join(topics[name] for name in sorted(topics)))
    cut = int(0.95 * len(text))
    return text[:cut], text[cut:]


def numbers(text: str) -> NDArray[np.int64]:
    """Return each character's place in ``ALPHABET``.

    Raises:
        ValueError: a character that is not there.
    """
    strangers = sorted(set(text) - set(ALPHABET))
    if strangers:
        raise ValueError(f"text holds {strangers}, expected characters of ALPHABET: see clean")
    return np.array([ALPHABET.index(character) for character in text])


def one_hot(text: str) -> Array:
    """Return a text as the net reads it (T, 1, 58)."""
    return np.eye(len(ALPHABET))[numbers(text)][:, None]


def learn(folder: Path, updates: int) -> None:
    """Train the net with torch; store its weights, and what it does on the text it hasn't seen."""
    import torch

    weights, bits = train_one(0, updates)
    save_net(weights, "text", folder)
    seen, unseen = reference()
    settings = {"updates": updates, "cells": CELLS, "torch": torch.__version__, "sentence seen": SENTENCE[10:] in seen}
    store("text", settings, [{"seed": 0, "bits": bits, "bits of counts": entropy(unseen)} | gates(folder)], folder)


def entropy(text: str) -> float:
    """Return the bits a character that one needs who knows how frequent each is, and nothing else."""
    counts = np.bincount(numbers(text))
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log2(p)).sum())


def gates(folder: Path = RESULTS, text: str | None = None) -> dict[str, Any]:
    """Return what the stored net's forget gates do on a text that it hasn't seen.

    Args:
        folder: where the net is stored.
        text: the text; 8000 characters of the reference's unseen part if ``None``.

    Returns:
        "half lives", in steps, of each cell; "letters", the mean gate at letters; "marks", one dict for each of
        ``MARKS``: "mean", all cells' gates at it; "cell", the one whose gate falls most from letters to the mark on the
        text's first half; "there" and "letters", its mean gates on the second half.
    """
    text = reference()[1][PROSE] if text is None else text
    _, _, cache = reader(folder).forward(one_hot(text))
    f = cache.recurrent.gates[:, 1, 0]  # (T, 64)
    first = np.arange(len(text)) < len(text) // 2
    letter = np.array([character.isalpha() for character in text])
    marks = []
    for mark in MARKS:
        here = np.array([character == mark for character in text])
        k = int((f[letter & first].mean(0) - f[here & first].mean(0)).argmax())
        there, letters = (float(f[where & ~first, k].mean()) for where in (here, letter))
        marks.append({"mark": mark, "mean": float(f[here].mean()), "cell": k, "there": there, "letters": letters})
    half_lives = np.log(0.5) / np.log(f).mean(0)
    return {"half lives": half_lives.round(2).tolist(), "letters": float(f[letter].mean()), "marks": marks}


def train_one(seed: int, updates: int) -> tuple[dict[str, Array], float]:
    """Return one net's weights, named as those of ``reader``, and its bits a character on unseen text."""
    import torch
    from torch.nn.functional import cross_entropy
    from torch.nn.functional import one_hot as hot

    from lstmlib.torch import LSTM as TorchLSTM

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    K = len(ALPHABET)
    layer, readout = TorchLSTM(K, CELLS, forget_bias=1.0), torch.nn.Linear(CELLS, K)
    optimizer = torch.optim.Adam([*layer.parameters(), *readout.parameters()], 0.005)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    seen, unseen = (torch.from_numpy(numbers(text)) for text in reference())
    length = len(seen) // STREAMS
    rows = seen[: length * STREAMS].reshape(STREAMS, length).T  # (length, STREAMS): each a stretch of the text
    state, at = None, 0
    for _ in range(updates):
        if at + PIECE + 1 > length:
            state, at = None, 0
        piece = rows[at : at + PIECE + 1]
        y, last = layer(hot(piece[:-1], K).float(), state)
        loss = cross_entropy(readout(y).reshape(-1, K), piece[1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*layer.parameters(), *readout.parameters()], 1.0)
        optimizer.step()
        schedule.step()
        state, at = tuple(part.detach() for part in last), at + PIECE
    with torch.no_grad():
        y, _ = layer(hot(unseen[:-1, None], K).float())
        bits = cross_entropy(readout(y)[:, 0], unseen[1:]).item() / np.log(2)
    parts = {"recurrent": layer, "readout": readout}
    weights = {f"{a}.{name}": p.detach().numpy() for a, part in parts.items() for name, p in part.named_parameters()}
    return weights, float(bits)


def reader(folder: Path = RESULTS) -> SequenceModel:
    """Return the stored net, of 64 cells: it reads ``one_hot`` and gives a score for each character of ``ALPHABET``.

    Args:
        folder: where it is stored.

    Raises:
        FileNotFoundError: it isn't there.
    """
    K = len(ALPHABET)
    return read_net(SequenceModel(LSTM(K, CELLS), Linear(CELLS, K)), "text", folder)
