"""Nets that read a text and say at each character what comes next: trained by PyTorch, kept as lstmlib's.

A net is a recurrent layer and a read-out, ``SequenceModel(LSTM(V, H), Linear(H, V))``; a character goes in as a vector
of V numbers, a 1 among zeros.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstmlib.numpy import GRU, LSTM, Linear, SequenceModel

STREAMS, SPAN = 32, 64  # texts read side by side; characters between two updates, which are those errors go back
WARM, CLIP = 100, 1.0  # updates in which the rate rises; the longest gradient


class Kind(NamedTuple):
    """What a net is, but for its rate and its seed."""

    cell: str  # "LSTM" or "GRU"
    size: int  # H
    epochs: int


def encode(text: str, alphabet: str) -> NDArray[np.int64]:
    """Return the places of a text's characters in the alphabet, (T,).

    Raises:
        KeyError: a character that isn't in it.
    """
    place = {character: k for k, character in enumerate(alphabet)}
    return np.array([place[character] for character in text], np.int64)


class Net(nn.Module):
    """The net while it learns: torch's own layers, which are faster, with ``SequenceModel``'s names.

    Args:
        kind: of net.
        symbols: V.
        seed: of the weights.
        dropout: in training, the share of h that the read-out doesn't see, and of ``weight_hh_l0`` that is missing: the
            same weights at all steps of a window, so that what is to be held isn't washed out.

    Source: Merity, Keskar and Socher (2017) for the weights.
    """

    def __init__(self, kind: Kind, symbols: int, seed: int, dropout: float = 0.0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        layer = {"LSTM": nn.LSTM, "GRU": nn.GRU}[kind.cell]
        self.recurrent, self.readout = layer(symbols, kind.size), nn.Linear(kind.size, symbols)
        self.symbols, self.dropout = symbols, nn.Dropout(dropout)
        if kind.cell == "LSTM":
            with torch.no_grad():
                self.recurrent.bias_ih_l0[kind.size : 2 * kind.size] = 1.0  # forget gates begin open

    def forward(self, symbols: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Return a score for each character that may follow, (T, N, V), and the last state.

        Args:
            symbols: places in the alphabet (T, N).
            state: the layer's before the first of them; zeros if ``None``.
        """
        x = nn.functional.one_hot(symbols, self.symbols).float()
        if self.training and self.dropout.p > 0.0:
            whole = dict(self.recurrent.named_parameters())
            some = whole | {"weight_hh_l0": self.dropout(whole["weight_hh_l0"])}
            h, state = torch.func.functional_call(self.recurrent, some, (x, state))
        else:
            h, state = self.recurrent(x, state)
        return self.readout(self.dropout(h)), state


def windows(text: NDArray[np.int64], epochs: int, seed: int) -> Iterator[tuple[bool, Tensor, Tensor]]:
    """Yield whether a new round begins, what is read and what follows, each (SPAN, STREAMS).

    The text is cut into STREAMS pieces of one length, which are read side by side, so that each window goes on where
    the last one of its stream ended. Each round begins at another character.

    Args:
        text: all that is learnt from (T,).
        epochs: how often it is read.
        seed: of where rounds begin.
    """
    rng, length = np.random.default_rng(seed), len(text) // STREAMS
    for _ in range(epochs):
        turned = np.roll(text, -int(rng.integers(len(text))))[: length * STREAMS]
        streams = torch.from_numpy(turned.reshape(STREAMS, length).T.copy())
        for k in range(0, length - SPAN, SPAN):
            yield k == 0, streams[k : k + SPAN], streams[k + 1 : k + SPAN + 1]


def learn(text: NDArray[np.int64], symbols: int, kind: Kind, rate: float, seed: int) -> tuple[Net, float]:
    """Train a net for all its rounds; return it, and its mean loss in the last of them, in bits.

    Args:
        text: what is learnt from, (T,).
        symbols: V.
        kind: of net.
        rate: the learning rate at its highest.
        seed: of weights, and of where rounds begin.
    """
    net, _, learnt = list(rounds(text, symbols, kind, rate, seed))[-1]
    return net, learnt


def rounds(
    text: NDArray[np.int64],
    symbols: int,
    kind: Kind,
    rate: float,
    seed: int,
    dropout: float = 0.0,
    stopped: dict[str, Any] | None = None,
) -> Iterator[tuple[Net, dict[str, Any], float]]:
    """Train a net by truncated backpropagation through time, and show it after each round.

    The state is carried from window to window, the error stops at a window's first character: k1 = k2 = SPAN. Adam;
    the rate rises for WARM updates and then falls in a straight line, to 0 at the end; gradients longer than CLIP are
    cut to it. Products of matrices are in bfloat16 where the processor has instructions for it, all else in single
    precision.

    Source: Williams and Peng (1990), who call it BPTT(h; h').

    Args:
        text: as ``learn`` takes it, as are symbols, kind, and rate.
        symbols: V.
        kind: of net.
        rate: at its highest.
        seed: of weights, of where rounds begin, and of dropout.
        dropout: as ``Net`` takes it.
        stopped: what was yielded as the second, to go on after that round.

    Yields:
        the net, which goes on learning; what is needed to go on; the mean loss in the round, in bits.
    """
    torch.set_num_threads(1)
    net = Net(kind, symbols, seed, dropout)
    optimiser = torch.optim.Adam(net.parameters(), rate, fused=True)
    if stopped is not None:
        net.load_state_dict(stopped["net"])
        optimiser.load_state_dict(stopped["optimiser"])
    start = 0 if stopped is None else stopped["updates"]
    a_round = len(range(0, len(text) // STREAMS - SPAN, SPAN))
    updates, half = kind.epochs * a_round, "AVX512" in torch.backends.cpu.get_cpu_capability()
    losses: list[float] = []
    state: Any = None
    steps = islice(windows(text, kind.epochs, seed), start, None)
    for k, (new, read, wanted) in enumerate(steps, start):
        if new:
            state, losses = None, []
            net.train()
            torch.manual_seed(1000 * seed + k)  # of dropout, so that a stopped net goes on alike
        optimiser.param_groups[0]["lr"] = rate * min(1.0, (k + 1) / WARM) * (1.0 - k / updates)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            scores, state = net(read, _cut(state))
        loss = nn.functional.cross_entropy(scores.float().flatten(0, 1), wanted.flatten())
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), CLIP)
        optimiser.step()
        losses.append(loss.item())
        if (k + 1) % a_round == 0:
            kept = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "updates": k + 1}
            yield net, kept, float(np.mean(losses) / np.log(2.0))


def _cut(state: Any) -> Any:
    """Return a state from which no error goes back; ``None`` stays ``None``."""
    if state is None:
        return None
    return tuple(part.detach().float() for part in state) if isinstance(state, tuple) else state.detach().float()


def surprise(net: Net, text: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return -log2 p of each character but the first, given all before it, (T - 1,), in bits.

    Args:
        net: it starts from an empty state and never starts again.
        text: (T,).
    """
    found, state, symbols = [], None, torch.from_numpy(text)[:, None]
    net.eval()
    with torch.no_grad():
        for k in range(0, len(text) - 1, 10_000):
            read, wanted = symbols[k : k + 10_000], symbols[k + 1 : k + 10_001]
            scores, state = net(read[: len(wanted)], state)
            found.append(nn.functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), reduction="none"))
    return np.asarray(torch.cat(found).double().numpy()) / np.log(2.0)


def make(kind: Kind, symbols: int) -> SequenceModel:
    """Return the same net as a layer of ``lstmlib.numpy``, untrained, in single precision."""
    how: dict[str, Any] = {"rng": np.random.default_rng(0), "dtype": np.float32}
    layer = LSTM if kind.cell == "LSTM" else GRU
    return SequenceModel(layer(symbols, kind.size, **how), Linear(kind.size, symbols, **how))


def in_numpy(net: Net) -> SequenceModel:
    """Return a net as a layer of ``lstmlib.numpy``, in single precision."""
    cell = type(net.recurrent).__name__
    model = make(Kind(cell, net.recurrent.hidden_size, 0), net.symbols)
    for name, value in net.named_parameters():
        model.params[name][:] = value.detach().numpy()
    return model


def put(net: Net, values: Mapping[str, NDArray[Any]]) -> Net:
    """Put stored parameters into a net, and return it."""
    net.load_state_dict({name: torch.from_numpy(np.asarray(value, np.float32)) for name, value in values.items()})
    return net
