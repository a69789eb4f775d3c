"""Nets that read a sentence word by word and say the log odds that it is kind, or its mean rating.

They differ in what is made of the hidden states: the last one, their mean, their mean weighted by attention. One reads
from both ends; one has no LSTM at all, and takes the mean of the words' vectors.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstmlib.numpy.checks import Array
from lstmlib.torch.bidirectional import Bidirectional, turn
from lstmlib.torch.embedding import Embedding
from lstmlib.torch.linear import Linear
from lstmlib.torch.lstm import LSTM

SIDES = {
    "vectors": "mean of the words' vectors, no LSTM",
    "last": "LSTM, last state",
    "mean": "LSTM, mean of the states",
    "attention": "LSTM, attention over the states",
    "both": "LSTM from both ends, mean of the states",
}
EMBED, HIDDEN, BATCH, LEAST = 24, 32, 64, 3
PADDING, UNKNOWN = 0, 1
Sequences = list[NDArray[np.int64]]


class Dropout(NamedTuple):
    """Where numbers are dropped in training, and which share of them. Each kind is one line of ``Net``."""

    readout: float = 0.0  # numbers of the summary that the read-out sees
    steps: float = 0.0  # numbers of the words' vectors, other ones at each step
    sentence: float = 0.0  # the same, the same ones at all steps of a sentence (variational)
    words: float = 0.0  # whole words of the sentence: all their occurrences (of the embedding)


class Vocabulary:
    """Words that have a vector of their own; 0 is padding and 1 is any other word.

    Args:
        words: which, in the order of their vectors.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self._number = {word: k + 2 for k, word in enumerate(self.words)}

    def read(self, split: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of a sentence's words; a sentence without words is one unknown word."""
        return np.array([self._number.get(word, UNKNOWN) for word in split] or [UNKNOWN])


def vocabulary(split: Sequence[Sequence[str]], least: int = LEAST) -> Vocabulary:
    """Return the words that stand at least so often in these sentences, in the order of the alphabet."""
    counts = Counter(word for sentence in split for word in sentence)
    return Vocabulary(sorted(word for word, count in counts.items() if count >= least))


class Net(nn.Module):
    """Vectors of words, an LSTM or none, a summary of the sentence, a linear read-out.

    Source: attention over the states of a sentence, with a learnt query, is that of Yang et al. (2016) without its
    hidden layer. Dropping the same numbers at all steps, and whole words, is Gal and Ghahramani (2016).

    Args:
        side: one of ``SIDES``.
        symbols: how many vectors, with padding and unknown.
        drop: where numbers are dropped in training.
        seed: of parameters and of what is dropped.
    """

    def __init__(self, side: str, symbols: int, drop: Dropout, seed: int) -> None:
        super().__init__()
        self.side, self.drop, self.generator = side, drop, torch.Generator().manual_seed(seed)
        made: dict[str, Any] = {"generator": self.generator, "dtype": torch.float32}
        self.embedding = Embedding(symbols, EMBED, **made)
        with torch.no_grad():
            self.embedding.weight.mul_(0.1)
        layers = [LSTM(EMBED, HIDDEN, forget_bias=1.0, **made) for _ in range({"vectors": 0, "both": 2}.get(side, 1))]
        self.recurrent = Bidirectional(*layers) if side == "both" else layers[0] if layers else None
        width = EMBED if side == "vectors" else HIDDEN * len(layers)
        self.score = Linear(width, 1, **made) if side == "attention" else None
        self.readout = Linear(width, 1, **made)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return what the read-out says of each sentence (N,).

        Args:
            x: numbers of words (T, N); past a sentence's end anything.
            lengths: how many words each has (N,).
        """
        T, N = x.shape
        inside = torch.arange(T)[:, None] < lengths
        v = self.embedding(x)[0]
        if self.training:
            v = v * self._kept((T, N, EMBED), self.drop.steps) * self._kept((1, N, EMBED), self.drop.sentence)
            if self.drop.words:  # one draw a word of the vocabulary and sentence
                kept = self._kept((N, self.embedding.num_symbols), self.drop.words)
                v = v * kept[torch.arange(N), x][..., None]
        states = self._states(v, lengths)
        h = self._summary(states, inside, lengths)
        if self.training:
            h = h * self._kept((N, h.shape[1]), self.drop.readout)
        said: Tensor = self.readout(h[None])[0][0, :, 0]
        return said

    def _states(self, v: Tensor, lengths: Tensor) -> Tensor:
        """Return the states (T, N, K). They are computed past a sentence's end, too, where nobody looks at them.

        The layer could be told the lengths and would pack the sentences; on a CPU that takes three times as long.
        """
        if self.recurrent is None:
            return v
        if isinstance(self.recurrent, Bidirectional):  # each sentence is turned within its own length
            there = self.recurrent.forward_layer(v)[0]
            back = turn(self.recurrent.backward_layer(turn(v, lengths))[0], lengths)
            return torch.cat([there, back], 2)
        states: Tensor = self.recurrent(v)[0]
        return states

    def _summary(self, states: Tensor, inside: Tensor, lengths: Tensor) -> Tensor:
        if self.side == "last":
            return states[lengths - 1, torch.arange(len(lengths))]
        if self.score is None:
            return (states * inside[..., None]).sum(0) / lengths[:, None]
        scores = self.score(states)[0].masked_fill(~inside[..., None], -torch.inf)
        return (scores.softmax(0) * states).sum(0)

    def _kept(self, shape: tuple[int, ...], share: float) -> Tensor:
        """Return 0 for what is dropped and 1 / (1 - share) for what is kept."""
        if not share:
            return torch.ones(1)
        return (torch.rand(shape, generator=self.generator) >= share) / (1.0 - share)


def padded(given: Sequences) -> tuple[Tensor, Tensor]:
    """Return sentences side by side (T, N), filled up to the longest, and their lengths (N,)."""
    lengths = np.array([len(sentence) for sentence in given])
    x = np.full((lengths.max(), len(given)), PADDING)
    for k, sentence in enumerate(given):
        x[: len(sentence), k] = sentence
    return torch.tensor(x), torch.tensor(lengths)


def batches(given: Sequences, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield once which sentences make each batch: of about the same length, so that little is filled up."""
    order = rng.permutation(len(given))
    for start in range(0, len(order), 25 * BATCH):
        near = order[start : start + 25 * BATCH]
        near = near[np.argsort([len(given[k]) for k in near], kind="stable")]
        cut = [near[k : k + BATCH] for k in range(0, len(near), BATCH)]
        yield from (cut[k] for k in rng.permutation(len(cut)))


def learn(
    net: Net, given: Sequences, wanted: Array, rate: float, epochs: int, seed: int, after: Callable[[int, Net], None]
) -> None:
    """Train a net by Adam, the gradient's norm clipped to 1.

    Args:
        net: to be trained.
        given: sentences as numbers of words.
        wanted: whether each is positive, as bool, for cross-entropy; or its mean rating, for squared error.
        rate: the learning rate.
        epochs: how often all sentences are read.
        seed: of their order.
        after: called after each epoch with its number, from 1, and the net.
    """
    rng, optimizer = np.random.default_rng(seed + 1000), torch.optim.Adam(net.parameters(), rate)
    mean = nn.functional.binary_cross_entropy_with_logits if wanted.dtype == bool else nn.functional.mse_loss
    target = torch.tensor(wanted, dtype=torch.float32)
    for epoch in range(1, epochs + 1):
        net.train()
        for which in batches(given, rng):
            loss = mean(net(*padded([given[k] for k in which])), target[which])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        after(epoch, net)


def said(net: Net, given: Sequences) -> Array:
    """Return what a net says of each sentence, nothing dropped, (S,)."""
    net.eval()
    order = np.argsort([len(sentence) for sentence in given], kind="stable")
    found = np.zeros(len(given))
    with torch.no_grad():
        for start in range(0, len(given), 250):
            which = order[start : start + 250]
            found[which] = net(*padded([given[k] for k in which])).numpy()
    return found
