"""Subject and verb: the cats near the dog behind the girls sit on the mat. The words between must not matter."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_form, check_rng, named
from lstmlib.tasks.batch import Batch, check_count

# Number 0 is the singular, number 1 the plural.
NOUNS = (("cat", "dog", "bird", "girl", "boy"), ("cats", "dogs", "birds", "girls", "boys"))
VERBS = (("sits", "sleeps", "waits", "plays"), ("sit", "sleep", "wait", "play"))
PREPOSITIONS = ("near", "behind", "beside", "by")
WORDS = (".", "the", "on", "mat", *PREPOSITIONS, *NOUNS[0], *NOUNS[1], *VERBS[0], *VERBS[1])
CLASSES = {
    "noun, one": NOUNS[0],
    "noun, many": NOUNS[1],
    "verb, one": VERBS[0],
    "verb, many": VERBS[1],
    "preposition": PREPOSITIONS,
}


class Sentences(NamedTuple):
    """A batch of sentences, and what is true of them."""

    batch: Batch
    number: NDArray[np.int64]  # of the subject, (N,)
    verb_at: int  # the step at which the verb is to be said: its predecessor's


def agreement(num_phrases: int, batch_size: int, rng: np.random.Generator) -> Sentences:
    """Draw sentences: the NOUN, num_phrases times PREPOSITION the NOUN, VERB on the mat, full stop.

    The verb agrees with the first noun, 3 num_phrases words before it. Every noun's number is drawn anew, so the nouns
    between say nothing about the verb. The task is to say the next word, all along.

    Args:
        num_phrases: how many phrases stand between subject and verb, 0 or more.
        batch_size: N, how many sequences.
        rng: source of every word.

    Returns:
        the batch: x (T, N, 26), one-hot in the order of ``WORDS``, T = 6 + 3 num_phrases; target (T, N), the next
        word; mask, True everywhere; with it the subjects' numbers (N,) and the step whose target is the verb.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    count = check_count("num_phrases", num_phrases, 0)
    N, rng = check_count("batch_size", batch_size, 1), check_rng(rng)
    number = rng.integers(2, size=N)

    def draw(choices: tuple[str, ...]) -> NDArray[np.int64]:
        return np.array([WORDS.index(word) for word in choices])[rng.integers(len(choices), size=N)]

    def draw_by(number: NDArray[np.int64], choices: tuple[tuple[str, ...], tuple[str, ...]]) -> NDArray[np.int64]:
        return np.where(number == 0, draw(choices[0]), draw(choices[1]))

    def always(word: str) -> NDArray[np.int64]:
        return np.full(N, WORDS.index(word))

    sentence = [always("the"), draw_by(number, NOUNS)]
    for _ in range(count):
        sentence += [draw(PREPOSITIONS), always("the"), draw_by(rng.integers(2, size=N), NOUNS)]
    sentence += [draw_by(number, VERBS), always("on"), always("the"), always("mat"), always(".")]
    words = np.stack(sentence)  # (T + 1, N)
    x = np.eye(len(WORDS))[words[:-1]]
    batch = Batch(x, words[1:], np.ones(words[1:].shape, bool), np.full(N, len(x)))
    return Sentences(batch, number, 1 + 3 * count)


def chosen_number(y: NDArray[np.floating], sentences: Sentences) -> NDArray[np.int64]:
    """Return which verbs are likelier together (N,): 0, those of the singular; 1, of the plural; -1 if neither.

    Args:
        y: scores before the softmax (T, N, 26).
        sentences: what they answer.

    Raises:
        TypeError, ValueError: no sentences, or scores of the wrong shape or dtype.
    """
    _check(sentences)
    y, _ = check_form("y", y, sentences.batch.x.shape)
    at_verb = y[sentences.verb_at]
    one, many = (np.logaddexp.reduce(at_verb[:, [WORDS.index(verb) for verb in verbs]], axis=1) for verbs in VERBS)
    sure = np.isfinite(at_verb.max(1))  # NaN or infinity is no likelihood
    return np.where(sure & (one > many), 0, np.where(sure & (many > one), 1, -1))


def agreement_solved(y: NDArray[np.floating], sentences: Sentences) -> NDArray[np.bool_]:
    """Return in which sentences the verbs of the right number together are likelier than those of the wrong one (N,).

    Args:
        y: scores before the softmax (T, N, 26).
        sentences: what they answer.
    """
    return chosen_number(y, sentences) == sentences.number


def noun_number(sentences: Sentences, back: int = 0) -> NDArray[np.int64]:
    """Return the number, 0 or 1, of a noun before the verb (N,): the nearest, or one further back.

    With it a wrong verb can be told apart from a guessed one: a net that agrees with the nearest noun shows what is
    called agreement attraction (Bock and Miller 1991; Linzen, Dupoux and Goldberg 2016).

    Args:
        sentences: a batch of them.
        back: how many nouns lie between that noun and the verb, from 0 to the number of phrases.

    Raises:
        TypeError, ValueError: no sentences, or there is no such noun.
    """
    _check(sentences)
    phrases, back = (sentences.verb_at - 1) // 3, check_count("back", back, 0)
    if back > phrases:
        raise ValueError(f"back is {back}, expected 0 to {phrases}: these sentences have {phrases} phrases")
    word = sentences.batch.x[sentences.verb_at - 3 * back].argmax(-1)
    return np.isin(word, [WORDS.index(noun) for noun in NOUNS[1]]).astype(np.int64)


def as_text(sentences: Sentences, n: int) -> str:
    """Return sentence n as it is read, its last word included.

    Args:
        sentences: a batch of them.
        n: which, from 0 to N - 1.

    Raises:
        TypeError, ValueError: no sentences, or there is no such one.
    """
    _check(sentences)
    if check_count("n", n, 0) >= (N := len(sentences.number)):
        raise ValueError(f"n is {n}, expected 0 to {N - 1}: there are {N} sentences")
    words = [*sentences.batch.x[:, n].argmax(-1), sentences.batch.target[-1, n]]
    return " ".join(WORDS[k] for k in words[:-1]) + WORDS[words[-1]]


def _check(sentences: Sentences) -> None:
    if not isinstance(sentences, Sentences):
        raise TypeError(f"sentences is {named(sentences)}, expected the Sentences that agreement draws")
