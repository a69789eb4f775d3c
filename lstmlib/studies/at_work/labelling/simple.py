"""Methods that need no net: the most frequent label of a word, logistic regression on windows, a CRF on the same.

Each is made of what it learns on and returns labels for other addresses; settings are chosen on the validation part.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize
from sklearn.linear_model import LogisticRegression

from lstmlib.numpy.checks import Array
from lstmlib.numpy.crf import chain_loss, viterbi
from lstmlib.studies import protocol
from lstmlib.studies.at_work.labelling.features import Columns, address_features
from lstmlib.studies.at_work.labelling.measures import accuracy, counts, total
from lstmlib.studies.at_work.labelling.parts import Item, labels, parts, training

# What is searched, from the first of these on: words to each side, and the penalty on half the squared weights.
START, WINDOWS, PENALTIES = (2, 0.3), (1, 2, 3, 4, 5), (0.03, 0.1, 0.3, 1.0, 3.0)
Said = list[tuple[str, ...]]  # the labels of each address
Method = Callable[[Sequence[Item], Sequence[Item]], Said]


def key(word: str) -> str:
    """Return a word in small letters, without marks at its ends, each digit as 0."""
    return re.sub(r"\d", "0", re.sub(r"^\W+|\W+$", "", word.lower())) or word


def most_frequent(learnt: Sequence[Item], given: Sequence[Item]) -> Said:
    """Say of each word the label that it had most often; of a word that never came the label most frequent of all.

    Args:
        learnt: addresses with their labels.
        given: those to be labelled; their labels aren't looked at.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for address in learnt:
        for word, label in zip(address.words, address.labels, strict=True):
            seen[key(word)][label] += 1
    overall = sum(seen.values(), Counter()).most_common(1)[0][0]
    best = {word: min(found, key=lambda label: (-found[label], label)) for word, found in seen.items()}
    return [tuple(best.get(key(word), overall) for word in address.words) for address in given]


def regression(window: int, penalty: float, data: str = "addresses") -> Method:
    """Return a method: logistic regression for each word by itself on the features of a window of words.

    Args:
        window: how many words to each side.
        penalty: on half the sum of squared weights; the loss is the sum over words, in nats.
        data: one of ``DATA``: whose lists of words are looked at.
    """

    def method(learnt: Sequence[Item], given: Sequence[Item]) -> Said:
        rows = [found for address in learnt for found in address_features(address, window, data)]
        columns = Columns(rows)
        right = [label for address in learnt for label in address.labels]
        model = LogisticRegression(C=1.0 / penalty, max_iter=300).fit(columns.matrix(rows), right)
        asked = [found for address in given for found in address_features(address, window, data)]
        return _cut(model.predict(columns.matrix(asked)).tolist(), given)

    return method


def crf(window: int, penalty: float, data: str = "addresses") -> Method:
    """Return a method: a linear-chain CRF on the features of a window, its likelihood's optimum found by L-BFGS.

    Source: Lafferty, McCallum and Pereira (2001); what usaddress is, with its own features.

    Args:
        window: how many words to each side.
        penalty: on half the sum of squared weights, transitions among them; the loss is the sum over addresses.
        data: one of ``DATA``: whose lists of words, and which labels.
    """

    def method(learnt: Sequence[Item], given: Sequence[Item]) -> Said:
        rows = [found for address in learnt for found in address_features(address, window, data)]
        columns, names = Columns(rows), labels(data)
        weights, A = fit_chain(columns, rows, learnt, penalty, names)
        lengths = np.array([len(address.words) for address in given])
        y = np.zeros((lengths.max(), len(given), len(names)))
        asked = [found for address in given for found in address_features(address, window, data)]
        y.swapaxes(0, 1)[np.arange(len(y)) < lengths[:, None]] = columns.matrix(asked) @ weights
        z, _ = viterbi(y, A, lengths)
        return [tuple(names[k] for k in z[: lengths[n], n]) for n in range(len(given))]

    return method


def fit_chain(
    columns: Columns,
    rows: Sequence[set[str]],
    learnt: Sequence[Item],
    penalty: float,
    names: Sequence[str],
    most: int = 150,
) -> tuple[Array, Array]:
    """Return the weights (columns, K) and the transitions (K + 1, K + 1) of a CRF.

    Args:
        columns: of the features.
        rows: the features of each word.
        learnt: the addresses that the words are of.
        penalty: on half the sum of squares.
        names: all labels.
        most: how many steps L-BFGS takes at most.
    """
    X, K, place = columns.matrix(rows), len(names), {label: k for k, label in enumerate(names)}
    ends = np.cumsum([0, *(len(address.words) for address in learnt)])
    blocks = []  # addresses of about the same length side by side: little is padding
    for some in np.array_split(np.argsort(np.diff(ends), kind="stable"), 5):
        lengths = np.diff(ends)[some]
        inside = np.arange(lengths.max()) < lengths[:, None]  # (N, T)
        z = np.zeros(inside.shape, np.int64)
        z[inside] = [place[label] for n in some for label in learnt[n].labels]
        part = X[np.concatenate([np.arange(ends[n], ends[n + 1]) for n in some])]
        blocks.append((part, part.T.tocsr(), inside, z.T, lengths))
    split = X.shape[1] * K

    def loss(theta: Array) -> tuple[float, Array]:
        weights, A = theta[:split].reshape(-1, K), theta[split:].reshape(K + 1, K + 1)
        value, grad = penalty * float(theta @ theta) / 2.0, penalty * theta
        for part, turned, inside, z, lengths in blocks:
            y = np.zeros((*inside.shape, K))
            y[inside] = part @ weights
            mean, dy, dA = chain_loss(np.ascontiguousarray(y.swapaxes(0, 1)), A, z, lengths)
            value += mean * len(inside)
            grad += len(inside) * np.r_[(turned @ dy.swapaxes(0, 1)[inside]).ravel(), dA.ravel()]
        return value, grad

    start = np.zeros(split + (K + 1) ** 2)
    best = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": most}).x
    return best[:split].reshape(-1, K), best[split:].reshape(K + 1, K + 1)


METHODS: dict[str, Callable[[int, float, str], Method]] = {"regression": regression, "crf": crf}


def search(name: str, data: str = "addresses") -> dict[tuple[int, float], list[float]]:
    """Return shares of wrong words on the validation part, by window and penalty, as ``chosen`` takes them.

    From ``START`` it goes to the best neighbour in the grid, until none of the four neighbours is better.
    """
    given = parts(data)["validation"]
    found: dict[tuple[int, float], list[float]] = {}

    def wrong(window: int, penalty: float) -> float:
        if (window, penalty) not in found:
            said = METHODS[name](window, penalty, data)(training("validation", data), given)
            found[window, penalty] = [
                1.0 - accuracy(total([counts(a.labels, b) for a, b in zip(given, said, strict=True)]))
            ]
        return found[window, penalty][0]

    best = START
    while True:
        row, column = WINDOWS.index(best[0]), PENALTIES.index(best[1])
        around = [(w, best[1]) for w in WINDOWS[max(0, row - 1) : row + 2]]
        around += [(best[0], p) for p in PENALTIES[max(0, column - 1) : column + 2]]
        if wrong(*(better := min(around, key=lambda one: wrong(*one)))) >= wrong(*best):
            return found
        best = better


def chosen(found: dict[tuple[int, float], list[float]]) -> tuple[int, float]:
    """Return the window and the penalty that are best on the validation part."""
    return protocol.chosen(found)


def _cut(said: Sequence[str], given: Sequence[Item]) -> Said:
    """Return labels of all words in a row as labels of each address."""
    ends = np.cumsum([0, *(len(address.words) for address in given)])
    return [tuple(said[a:b]) for a, b in itertools.pairwise(ends)]
