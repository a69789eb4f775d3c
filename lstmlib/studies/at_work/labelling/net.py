"""A net that labels each word of a sequence: a word's vector and its letters go in, one score a label comes out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from lstmlib.studies.at_work.labelling.parts import Item, labels
from lstmlib.studies.at_work.labelling.simple import key
from lstmlib.torch import LSTM, Embedding, Linear

UNKNOWN = 0  # the place of words, and of letters, that have none of their own


class Vocabulary(NamedTuple):
    """Which words and letters have vectors of their own; place 0 is for all others. And which labels there are."""

    words: tuple[str, ...]
    letters: str
    labels: tuple[str, ...]


def vocabulary(learnt: Sequence[Item], data: str = "addresses") -> Vocabulary:
    """Return the words, as ``key`` writes them, and the characters that come twice or more in these addresses.

    Args:
        learnt: addresses, or names.
        data: which of ``DATA`` they are of; all of its labels are taken.
    """
    words: dict[str, int] = {}
    letters: dict[str, int] = {}
    for word in (word for address in learnt for word in address.words):
        words[key(word)] = words.get(key(word), 0) + 1
        for letter in word:
            letters[letter] = letters.get(letter, 0) + 1
    kept = (sorted(name for name, count in found.items() if count > 1) for found in (words, letters))
    return Vocabulary(tuple(next(kept)), "".join(next(kept)), labels(data))


class Encoded(NamedTuple):
    """Addresses as a net reads them: T words in each of N addresses, U different words of at most C letters."""

    words: Tensor  # (T, N)
    spelled: Tensor  # (T, N), which of the U
    letters: Tensor  # (C + 2, U), an edge before each word and from its end on
    sizes: Tensor  # (U,), how many letters each word has
    target: Tensor  # (T, N)
    lengths: Tensor  # (N,)

    @property
    def mask(self) -> Tensor:
        """True before an address's end (T, N)."""
        return torch.arange(len(self.words))[:, None] < self.lengths

    @property
    def turned(self) -> Tensor:
        """Where each word stands when an address is read from its end (T, N); past that end, where it was."""
        step = torch.arange(len(self.words))[:, None]
        return torch.where(self.mask, self.lengths - 1 - step, step)

    def some(self, which: Tensor) -> "Encoded":
        """Return some of the addresses, cut to the longest of them."""
        lengths = self.lengths[which]
        own = slice(0, int(lengths.max()))
        unique, spelled = torch.unique(self.spelled[own, which], return_inverse=True)
        sizes = self.sizes[unique]
        letters = self.letters[: int(sizes.max()) + 2, unique]
        return Encoded(self.words[own, which], spelled, letters, sizes, self.target[own, which], lengths)


def encode(given: Sequence[Sequence[str]], known: Vocabulary, right: Sequence[Sequence[str]] | None = None) -> Encoded:
    """Return addresses as a net reads them, padded to the longest.

    Args:
        given: the words of each.
        known: which have vectors.
        right: the labels of each; the target is 0 throughout without.
    """
    words, letters = ({name: k for k, name in enumerate(names, 1)} for names in known[:2])
    place, edge = {label: k for k, label in enumerate(known.labels)}, len(known.letters) + 1
    lengths, unique = torch.tensor([len(address) for address in given]), sorted({w for a in given for w in a})
    number, T, N = {word: k for k, word in enumerate(unique)}, int(lengths.max()), len(given)
    ids, spelled, target = (torch.zeros((T, N), dtype=torch.int64) for _ in range(3))
    for n, address in enumerate(given):
        own = slice(0, len(address))
        ids[own, n] = torch.tensor([words.get(key(word), UNKNOWN) for word in address])
        spelled[own, n] = torch.tensor([number[word] for word in address])
        if right:
            target[own, n] = torch.tensor([place[label] for label in right[n]])
    spelling = torch.full((max(map(len, unique)) + 2, len(unique)), edge)
    for k, word in enumerate(unique):
        spelling[1 : len(word) + 1, k] = torch.tensor([letters.get(letter, UNKNOWN) for letter in word])
    sizes = torch.tensor([len(word) for word in unique])
    return Encoded(ids, spelled, spelling, sizes, target, lengths)


class Tagger(nn.Module):
    """Score every label of every word.

    A word x(t) is its own vector, and what S filters find in its spelling: each looks at three letters at a time, and
    its strongest answer counts. One LSTM reads the words from left to right, another, if there is one, from the right::

        s = tanh(max over m of W_s [e(m-1), e(m), e(m+1)] + b_s)      e(m) the vector of letter m, or of the edge
        x(t) = [vector of word t, s of word t]
        y(t) = W [h(t), h'(t)] + b

    Source: Ma and Hovy (2016), without their vectors learnt on other texts, the tanh added; for the two directions,
    Graves and Schmidhuber (2005).

    Args:
        known: which words and letters have vectors.
        both: whether there is an LSTM from the right as well.
        hidden_size: how many cells read words, of both directions together.
        word_size: E, the width of a word's vector.
        letter_size: L, the width of a letter's.
        filters: S.
        seed: of the weights.
    """

    def __init__(
        self,
        known: Vocabulary,
        both: bool,
        hidden_size: int = 80,
        *,
        word_size: int = 24,
        letter_size: int = 12,
        filters: int = 32,
        seed: int = 0,
    ) -> None:
        super().__init__()
        own = torch.Generator().manual_seed(seed)
        D, H = word_size + filters, hidden_size // 2 if both else hidden_size
        self.word = Embedding(len(known.words) + 1, word_size, generator=own)
        self.letter = Embedding(len(known.letters) + 2, letter_size, generator=own)
        self.spell = Linear(3 * letter_size, filters, generator=own)
        self.there = LSTM(D, H, forget_bias=1.0, generator=own)
        self.back = LSTM(D, H, forget_bias=1.0, generator=own) if both else None
        self.readout = Linear(hidden_size, len(known.labels), generator=own)

    def vectors(self, given: Encoded) -> Tensor:
        """Return x (T, N, E + S)."""
        e = self.letter(given.letters)[0]
        found = self.spell(torch.cat([e[:-2], e[1:-1], e[2:]], 2))[0]  # (C, U, S)
        outside = torch.arange(len(found))[:, None] >= given.sizes
        s = torch.tanh(found.masked_fill(outside[..., None], -torch.inf).max(0).values)
        return torch.cat([self.word(given.words)[0], s[given.spelled]], 2)

    def forward(self, given: Encoded, dropout: float = 0.0, rng: np.random.Generator | None = None) -> Tensor:
        """Return the scores y (T, N, K).

        Args:
            given: addresses.
            dropout: the share of numbers that is set to 0 before the LSTMs and after them, in training.
            rng: which numbers; needed for dropout alone.
        """
        x = dropped(self.vectors(given), dropout, rng)
        h, _ = self.there(x)
        if self.back is not None:
            order = given.turned, torch.arange(x.shape[1])
            h = torch.cat([h, self.back(x[order])[0][order]], 2)
        y: Tensor = self.readout(dropped(h, dropout, rng))[0]
        return y


def dropped(x: Tensor, share: float, rng: np.random.Generator | None) -> Tensor:
    """Return x with that share of its numbers at 0 and the others larger, so that the mean stays; x without an rng.

    Source: Srivastava et al. (2014). NumPy draws several times as fast as torch on a CPU.
    """
    if rng is None:
        return x
    kept = rng.random(x.shape, np.float32) >= share
    return x * torch.from_numpy(kept / np.float32(1.0 - share))
