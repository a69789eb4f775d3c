"""Is the state carried from window to window? Two nets read the plays in windows; one starts each from nothing."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lstmlib.data.plays import alphabet, plays
from lstmlib.studies.at_work.practice.recipes import cut, update
from lstmlib.studies.at_work.text.nets import Kind, Net, encode

SIDES: dict[str, tuple[tuple[float, ...], ...]] = {"carried": ((),), "reset": ((),)}
RATES = (0.003, 0.01, 0.03)
SEEDS = {"validation": (100, 101), "test": tuple(range(10))}
SIZE, STREAMS, SPAN, UPDATES = 48, 32, 16, 800
JUDGED = 10_000  # characters of each play


@lru_cache
def texts() -> tuple[str, NDArray[np.int64], dict[str, list[NDArray[np.int64]]]]:
    """Return the alphabet, what is learnt from, and the beginnings of the plays that judge, by part."""
    given = plays()
    letters = alphabet(given.learn)
    judged = {"validation": given.validation, "test": given.test}
    parts = {part: [encode(text[: JUDGED + 1], letters) for text in found.values()] for part, found in judged.items()}
    return letters, encode("".join(given.learn.values()), letters), parts


def learn(side: str, setting: tuple[float, ...], seed: int, part: str) -> tuple[dict[str, float], dict[str, float]]:
    """Train one net by windows of ``SPAN`` characters; return its bits a character.

    Every net sees the same windows in the same order, so the sides differ in one thing: whether a window goes on from
    the state in which the one before it ended. Adam, gradients cut to a norm of 1.

    Args:
        side: "carried" or "reset".
        setting: the rate.
        seed: of the weights, and of where the streams begin.
        part: "validation" or "test".

    Returns:
        bits with the state carried through a whole play, as a net is used; and "reset", bits if it is emptied every
        ``SPAN`` characters there as well.
    """
    torch.set_num_threads(1)
    letters, text, parts = texts()
    net = Net(Kind("LSTM", SIZE, 1), len(letters), seed)
    adam = torch.optim.Adam(net.parameters(), setting[-1], fused=True)
    length = len(text) // STREAMS
    turned = np.roll(text, -int(np.random.default_rng(seed).integers(len(text))))[: length * STREAMS]
    streams = torch.from_numpy(turned.reshape(STREAMS, length).T.copy())
    state: Any = None
    for k in range(0, UPDATES * SPAN, SPAN):
        scores, state = net(streams[k : k + SPAN], state)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), streams[k + 1 : k + SPAN + 1].flatten())
        update(loss, adam, net.parameters(), 1.0)
        state = cut(state) if side == "carried" else None
    judged = parts[part]
    return {"end": bits(net, judged)}, {"reset": bits(net, judged, SPAN)}


def bits(net: Net, judged: list[NDArray[np.int64]], span: int | None = None) -> float:
    """Return the mean surprise about texts, in bits a character.

    Args:
        net: what reads.
        judged: texts (T,).
        span: after how many characters the state is emptied; never if ``None``.
    """
    found = []
    with torch.no_grad():
        for text in judged:
            usable = len(text) - 1 if span is None else (len(text) - 1) // span * span
            read, wanted = (torch.from_numpy(text[k : k + usable]) for k in (0, 1))
            if span is None:
                scores = net(read[:, None])[0].flatten(0, 1)
            else:
                scores = net(read.reshape(-1, span).T)[0].transpose(0, 1).flatten(0, 1)
            found.append(nn.functional.cross_entropy(scores, wanted).item())
    return float(np.mean(found) / np.log(2.0))
