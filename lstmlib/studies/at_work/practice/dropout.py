"""Where dropout belongs: nets of two levels on so little text that they learn it by heart."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstmlib.data.plays import alphabet, plays
from lstmlib.studies.at_work.practice.recipes import cut, masked_steps, set_forget_bias, update
from lstmlib.studies.at_work.text.nets import encode

SHARE = ((0.3,),)  # of units that are left out: the same wherever it is done, and not searched
SIDES: dict[str, tuple[tuple[float, ...], ...]] = {
    "none": ((),),
    "between levels": SHARE,
    "recurrent, every step anew": SHARE,
    "recurrent, one mask a window": SHARE,
}
RATES = (0.01, 0.03, 0.1)
SEEDS = {"validation": (100, 101), "test": tuple(range(5))}
SIZE, LEVELS, STREAMS, SPAN = 48, 2, 64, 16
LEARNT, JUDGED, MARKS = 8_256, 4_000, (60, 90, 120, 150, 180)  # characters; updates after which a net is looked at


class Net(nn.Module):
    """Two LSTM levels of torch's own and a read-out; what is dropped is said by ``side``."""

    def __init__(self, side: str, p: float, symbols: int) -> None:
        super().__init__()
        between = p if side == "between levels" else 0.0
        self.recurrent, self.readout = nn.LSTM(symbols, SIZE, LEVELS, dropout=between), nn.Linear(SIZE, symbols)
        self.last = nn.Dropout(between)
        self.p, self.symbols = p, symbols
        self.recurrent_mask, self.fresh = side.startswith("recurrent"), side.endswith("anew")
        set_forget_bias(self.recurrent, 1.0)

    def forward(self, text: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Return scores (T, N, V) and the last state, from places in the alphabet (T, N)."""
        x = nn.functional.one_hot(text, self.symbols).float()
        if not (self.training and self.recurrent_mask):
            h, state = self.recurrent(x, state)
            return self.readout(self.last(h)), state
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        state = x.new_zeros(2, LEVELS, x.shape[1], SIZE) if state is None else state
        ends = []
        for k in range(LEVELS):
            weights = tuple(getattr(self.recurrent, f"{name}_l{k}") for name in names)
            x, end = masked_steps(x, (state[0][k], state[1][k]), weights, self.p, self.fresh)
            ends.append(end)
        return self.readout(x), tuple(torch.stack(part) for part in zip(*ends, strict=True))


@lru_cache
def texts() -> tuple[int, Tensor, dict[str, NDArray[np.int64]]]:
    """Return how many symbols there are, the streams that are learnt (T, N), and the texts that judge, by part."""
    given = plays()
    letters = alphabet(given.learn)
    parts = {"validation": given.validation, "test": given.test}
    judged = {part: encode("".join(text[:JUDGED] for text in found.values()), letters) for part, found in parts.items()}
    text = encode(given.learn["Julius Caesar"][:LEARNT], letters)
    return len(letters), torch.from_numpy(text.reshape(STREAMS, -1).T.copy()), judged


def learn(side: str, setting: tuple[float, ...], seed: int, part: str) -> tuple[dict[str, float], dict[str, float]]:
    """Train one net, and look at it after each of ``MARKS``, so that each side can stop when that is best for it.

    Args:
        side: one of ``SIDES``.
        setting: the share that is left out, unless the side is "none", and the rate.
        seed: of weights and masks.
        part: "validation" or "test", whose plays judge.

    Returns:
        bits a character at each mark; and "learnt N" for each mark N, bits on what was learnt.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    symbols, streams, judged = texts()
    net = Net(side, setting[0] if len(setting) > 1 else 0.0, symbols)
    adam = torch.optim.Adam(net.parameters(), setting[-1], fused=True)
    state, k = None, 0
    found, own = {}, {}
    for count in range(1, MARKS[-1] + 1):
        if k + SPAN >= len(streams):
            state, k = None, 0
        scores, state = net(streams[k : k + SPAN], state)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), streams[k + 1 : k + SPAN + 1].flatten())
        update(loss, adam, net.parameters(), 1.0)
        state, k = cut(state), k + SPAN
        if count in MARKS:
            found[str(count)] = bits(net, torch.from_numpy(judged[part])[:, None])
            own[f"learnt {count}"] = bits(net, streams)
    return found, own


def bits(net: Net, text: Tensor) -> float:
    """Return the mean surprise about a text (T, N), in bits a character, with nothing dropped."""
    net.eval()
    with torch.no_grad():
        scores = net(text[:-1])[0]
    net.train()
    return nn.functional.cross_entropy(scores.flatten(0, 1), text[1:].flatten()).item() / float(np.log(2.0))
