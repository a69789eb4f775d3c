"""Right answers to problem set 8 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "places counted from the front",
        "parts",
        """
def split(series, test):
    cut = len(series) - test
    return series[:cut], series[cut:]


def scale(train, test):
    m = np.mean(train)
    d = np.sqrt(np.mean((train - m) ** 2))
    return [(v - m) / d for v in train], [(v - m) / d for v in test]
""",
    ),
    Right(
        "in single precision",
        "parts",
        """
def split(series, test):
    train, test = np.split(np.float32(series), [len(series) - test])
    return train, test


def scale(train, test):
    m, d = np.float32(train.mean()), np.float32(train.std())
    return (np.float32(train) - m) / d, (np.float32(test) - m) / d
""",
    ),
    Right(
        "by index",
        "windows",
        """
def windows(series, T):
    at = np.arange(T)[:, None] + np.arange(len(series) - T)[None]
    return series[at][:, :, np.newaxis], series[at + 1][:, :, np.newaxis]
""",
    ),
    Right(
        "a sliding view, in single precision",
        "windows",
        """
def windows(series, T):
    view = np.lib.stride_tricks.sliding_window_view(series.astype(np.float32), T).T
    return view[:, :-1, None], view[:, 1:, None]
""",
    ),
    Right(
        "number by number",
        "naive",
        """
def naive(series, test, lag):
    total = 0.0
    for t in range(len(series) - test, len(series)):
        total += (series[t] - series[t - lag]) ** 2
    return (total / test) ** 0.5
""",
    ),
    Right(
        "in single precision",
        "naive",
        """
def naive(series, test, lag):
    s = np.asarray(series, np.float32)
    return np.linalg.norm(np.roll(s, lag)[-test:] - s[-test:]) / np.sqrt(np.float32(test))
""",
    ),
    Right(
        "one forecast at a time",
        "linear",
        """
def linear(train, test, p):
    X = np.column_stack([train[k : len(train) - p + k] for k in range(p)] + [np.ones(len(train) - p)])
    w, *_ = np.linalg.lstsq(X, train[p:], rcond=None)
    known, out = list(train), []
    for value in test:
        out.append(np.dot(known[-p:], w[:p]) + w[p])
        known.append(value)
    return np.array(out)
""",
    ),
    Right(
        "newest first, by the pseudo-inverse",
        "linear",
        """
def linear(train, test, p):
    X = np.array([np.append(1.0, train[t - p : t][::-1]) for t in range(p, len(train))])
    w = np.linalg.pinv(X).dot(train[p:])
    both = np.append(train, test)
    return [w[0] + sum(w[k] * both[t - k] for k in range(1, p + 1)) for t in range(len(train), len(both))]
""",
    ),
]
