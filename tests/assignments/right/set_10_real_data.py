"""Right answers to problem set 10 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "by regular expressions and loops",
        "twins",
        """
import re


def same(text):
    return re.sub(r"\\s+", " ", text).strip().casefold()


def twins(texts):
    return sum(same(text) in [same(other) for other in texts[:k]] for k, text in enumerate(texts))


def split(texts, share):
    names = [same(text) for text in texts]
    inside = [False] * len(texts)
    for name in sorted(set(names), key=names.index, reverse=True):
        if sum(inside) < share * len(texts):
            inside = [old or name == mine for old, mine in zip(inside, names)]
    return np.flatnonzero(~np.array(inside)), np.flatnonzero(inside)
""",
    ),
    Right(
        "tuples and NumPy's numbers",
        "twins",
        """
def twins(texts):
    _, counts = np.unique([" ".join(text.upper().split()) for text in texts], return_counts=True)
    return np.float32((counts - 1).sum())


def split(texts, share):
    names = [" ".join(text.lower().split()) for text in texts]
    tested = set()
    for k in range(len(texts) - 1, -1, -1):
        if len(tested) >= len(texts) * share:
            break
        if names.index(names[k]) == k:
            tested |= {j for j, name in enumerate(names) if name == names[k]}
    return tuple(sorted(set(range(len(texts))) - tested)), tuple(sorted(tested))
""",
    ),
    Right(
        "by counting strings; typed in",
        "bits",
        """
from collections import defaultdict


def bits(train, test, n, letters):
    table = defaultdict(lambda: defaultdict(int))
    for place in range(len(train) - n):
        table[train[place : place + n]][train[place + n]] += 1
    total = 0.0
    for place in range(len(test) - n):
        row = table[test[place : place + n]]
        total += np.log2((sum(row.values()) + len(letters)) / (row[test[place + n]] + 1))
    return total / (len(test) - n)


from_loss = 2.16
""",
    ),
    Right(
        "in single precision",
        "bits",
        """
def bits(train, test, n, letters):
    costs = []
    for k in range(n, len(test)):
        follows = [train[j] for j in range(n, len(train)) if train[j - n : j] == test[k - n : k]]
        p = np.float32(follows.count(test[k]) + 1) / np.float32(len(follows) + len(letters))
        costs.append(-np.log2(p))
    return np.mean(np.array(costs, np.float32))


from_loss = np.float32(1.5) / np.log(np.float32(2))
""",
    ),
    Right(
        "arrays filled",
        "pad",
        """
def pad(sequences):
    T, N = max(map(len, sequences)), len(sequences)
    x, mask = np.zeros((T, N), int), np.zeros((T, N), bool)
    for n, each in enumerate(sequences):
        x[: len(each), n] = each
        mask[: len(each), n] = True
    return x, mask


def mean_of(h, mask):
    out = np.zeros(h.shape[1:])
    for n in range(h.shape[1]):
        if mask[:, n].any():
            out[n] = h[mask[:, n], n].mean(axis=0)
    return out
""",
    ),
    Right(
        "zip_longest, in single precision",
        "pad",
        """
def pad(sequences):
    from itertools import zip_longest

    rows = list(zip_longest(*sequences))
    mask = np.array([[one is not None for one in row] for row in rows], np.float32)
    return np.array([[one or 0 for one in row] for row in rows], np.float32), mask


def mean_of(h, mask):
    weights = mask.astype(np.float32)
    total = np.einsum("tnh,tn->nh", h.astype(np.float32), weights)
    return total / np.where(mask.any(axis=0), weights.sum(axis=0), np.float32(1))[:, None]
""",
    ),
    Right(
        "groupby, precision and recall",
        "parts",
        """
from itertools import groupby


def parts(labels):
    out = []
    for label, places in groupby(range(len(labels)), key=lambda k: labels[k]):
        places = list(places)
        out.append((places[0], places[-1] + 1, label))
    return set(out)


def f1(found, true):
    mine = {(k, *part) for k, labels in enumerate(found) for part in parts(labels)}
    theirs = {(k, *part) for k, labels in enumerate(true) for part in parts(labels)}
    if not mine & theirs:
        return 0
    precision, recall = len(mine & theirs) / len(mine), len(mine & theirs) / len(theirs)
    return 2 * precision * recall / (precision + recall)
""",
    ),
    Right(
        "a frozen set, in single precision",
        "parts",
        """
def parts(labels):
    cuts = [0, *(k for k in range(1, len(labels)) if labels[k] != labels[k - 1]), len(labels)]
    return frozenset((a, b, labels[a]) for a, b in zip(cuts, cuts[1:]))


def f1(found, true):
    agree = mine = theirs = 0
    for a, b in zip(found, true):
        agree, mine, theirs = agree + len(parts(a) & parts(b)), mine + len(parts(a)), theirs + len(parts(b))
    return np.float32(2 * agree) / np.float32(mine + theirs)
""",
    ),
    Right(
        "lists, and the whole table of distances",
        "reading",
        """
def moves(points):
    return [[b - a for p, q in zip(one, one[1:]) for a, b in zip(p, q)] for one in points.tolist()]


def nearest(known, digit, new):
    squares = (new**2).sum(1)[:, None] - 2 * new @ known.T + (known**2).sum(1)
    return digit[np.argmin(squares, axis=1)]


def interval(wrong, n):
    p, z = wrong / n, 1.96
    middle = (p + z * z / n / 2) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + (z / n / 2) ** 2)
    return max(0, middle - half), min(1, middle + half)
""",
    ),
    Right(
        "in single precision",
        "reading",
        """
def moves(points):
    steps = points[:, 1:].astype(np.float32) - points[:, :-1].astype(np.float32)
    return steps.reshape(-1, 14)


def nearest(known, digit, new):
    known, new = known.astype(np.float32), new.astype(np.float32)
    found = []
    for row in new:
        best = min(range(len(known)), key=lambda k: np.linalg.norm(known[k] - row))
        found.append(digit[best])
    return found


def interval(wrong, n):
    p, z = np.float32(wrong / n), np.float32(1.96)
    a = z * z / n
    half = np.sqrt(a * p * (1 - p) + a * a / 4)
    return [(p + a / 2 - half) / (1 + a), (p + a / 2 + half) / (1 + a)]
""",
    ),
    Right(
        "tiled",
        "ahead",
        """
def seasonal(past, steps, period):
    return np.tile(past[-period:], steps // period + 1)[:steps]


def scaled(forecast, true, past, period):
    rule = [abs(past[k] - past[k - period]) for k in range(period, len(past))]
    return sum(abs(forecast - true)) / len(true) / (sum(rule) / len(rule))
""",
    ),
    Right(
        "a list that grows, in single precision",
        "ahead",
        """
def seasonal(past, steps, period):
    known = list(past)
    for _ in range(steps):
        known.append(known[-period])
    return np.array(known[len(past) :], np.float32)


def scaled(forecast, true, past, period):
    forecast, true, past = (a.astype(np.float32) for a in (forecast, true, past))
    return np.abs(true - forecast).mean() / np.abs(past[:-period] - past[period:]).mean()
""",
    ),
]
