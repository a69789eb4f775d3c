"""A net that reads what it has written itself: by chance, hotter or colder, or by search for the likeliest text."""

import re
from collections.abc import Sequence

import numpy as np
import torch

from lstmlib.studies.at_work.text.nets import Net, encode, surprise

TEMPERATURES = (0.2, 0.5, 0.8, 1.0, 1.2)
START = "\n\nMACBETH.\n"
TEXTS, LENGTH, WIDTHS = 16, 800, (1, 4, 16)


def sample(net: Net, letters: str, start: str, length: int, temperature: float, count: int, seed: int) -> list[str]:
    """Return texts that a net goes on with, each character drawn from softmax(scores / temperature).

    Args:
        net: the net.
        letters: the alphabet.
        start: what it reads first; the texts begin after it.
        length: of each text.
        temperature: above 0.
        count: how many texts.
        seed: of the draws.
    """
    source = torch.Generator().manual_seed(seed)
    read, written = torch.from_numpy(encode(start, letters))[:, None].expand(-1, count), []
    state = None
    with torch.no_grad():
        for _ in range(length):
            scores, state = net(read, state)
            read = torch.multinomial(torch.softmax(scores[-1] / temperature, -1), 1, generator=source).T
            written.append(read[0])
    return ["".join(letters[k] for k in text) for text in torch.stack(written, 1).tolist()]


def beam(net: Net, letters: str, start: str, length: int, width: int) -> str:
    """Return the likeliest text that a search finds which keeps ``width`` beginnings at each step; greedy for 1.

    Args:
        net: an LSTM.
        letters: the alphabet.
        start: what it reads first.
        length: of the text.
        width: how many beginnings are kept.
    """
    with torch.no_grad():
        scores, state = net(torch.from_numpy(encode(start, letters))[:, None])
        total, texts = torch.zeros(1), torch.empty(1, 0, dtype=torch.long)
        for _ in range(length):
            all_of_them = total[:, None] + torch.log_softmax(scores[-1], -1)
            total, best = all_of_them.flatten().topk(min(width, all_of_them.numel()))
            parent, character = best // len(letters), best % len(letters)
            texts = torch.cat([texts[parent], character[:, None]], 1)
            h, c = (part[:, parent].contiguous() for part in state)
            scores, state = net(character[None], (h, c))
    return "".join(letters[k] for k in texts[int(total.argmax())].tolist())


def repeated(text: str, n: int = 20) -> float:
    """Return which share of the runs of n characters stood earlier in the same text."""
    seen: set[str] = set()
    again = 0
    for k in range(len(text) - n + 1):
        again += text[k : k + n] in seen
        seen.add(text[k : k + n])
    return again / (len(text) - n + 1)


def known_words(text: str, vocabulary: set[str]) -> float:
    """Return which share of a text's words, written small, stand in a vocabulary; the first and last may be cut off."""
    words = _words(text)[1:-1]
    return float(np.mean([word in vocabulary for word in words]))


def vocabulary(texts: Sequence[str]) -> set[str]:
    """Return all words of texts, written small."""
    return {word for text in texts for word in _words(text)}


def own_surprise(net: Net, letters: str, start: str, text: str) -> float:
    """Return the mean surprise of a net about a text that goes on after a start, in bits."""
    return float(surprise(net, encode(start + text, letters))[len(start) - 1 :].mean())


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def judge(net: Net, letters: str, start: str, texts: Sequence[str], known: set[str]) -> tuple[float, float, float]:
    """Return the means over texts of a net's surprise about them, of ``known_words`` and of ``repeated``."""
    each = [(own_surprise(net, letters, start, text), known_words(text, known), repeated(text)) for text in texts]
    first, second, third = np.mean(each, 0)
    return float(first), float(second), float(third)
