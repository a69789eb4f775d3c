"""Texts as arrays of symbols: an alphabet, and batches padded to the longest."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from lstmlib.data.written import Written

END, START = 0, 1  # symbols of the target: the sentence is over; what the decoder reads before its first symbol


class Texts(NamedTuple):
    """N pairs of texts side by side, each padded to its longest.

    Attributes:
        source: symbols (S, N), int64; 0 past a text's end.
        lengths: how many symbols each source has (N,).
        read: what the decoder reads, START and the target (T, N).
        target: what it should say, the target and END (T, N).
        mask: True at the steps of ``target`` that count (T, N).
    """

    source: Tensor
    lengths: Tensor
    read: Tensor
    target: Tensor
    mask: Tensor


class Alphabet:
    """The symbols that sources and targets are made of, numbered from 0; the target's begin with END and START.

    Args:
        source: every character that a source may hold, in any order.
        target: the same for a target.
    """

    def __init__(self, source: Iterable[str], target: Iterable[str]) -> None:
        self.source = sorted(set(source))
        self.target = ["<end>", "<start>", *sorted(set(target))]
        self._of_source = {symbol: k for k, symbol in enumerate(self.source)}
        self._of_target = {symbol: k for k, symbol in enumerate(self.target)}

    def encode_source(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Return the symbols (S, N), padded with 0, and each text's length (N,).

        Raises:
            KeyError: a character that is not in the alphabet.
        """
        return _columns([[self._of_source[symbol] for symbol in text] for text in texts])

    def encode(self, pairs: Sequence[Written]) -> Texts:
        """Return the pairs as arrays.

        Raises:
            KeyError: a character that is not in the alphabet.
        """
        source, lengths = self.encode_source([pair.source for pair in pairs])
        said = [[self._of_target[symbol] for symbol in pair.target] for pair in pairs]
        read, steps = _columns([[START, *row] for row in said])
        target, _ = _columns([[*row, END] for row in said])
        return Texts(source, lengths, read, target, torch.arange(read.shape[0])[:, None] < steps)

    def decode(self, said: Tensor) -> list[str]:
        """Return the texts of symbols (T, N), each up to its first END."""
        found = []
        for row in said.T.tolist():
            row = row[: row.index(END)] if END in row else row
            found.append("".join(self.target[k] for k in row))
        return found


def _columns(rows: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Return the rows as columns (T, N), padded with 0, and their lengths (N,)."""
    lengths = torch.tensor([len(row) for row in rows])
    columns = torch.zeros(int(lengths.max()), len(rows), dtype=torch.int64)
    for n, row in enumerate(rows):
        columns[: len(row), n] = torch.tensor(row)
    return columns, lengths
