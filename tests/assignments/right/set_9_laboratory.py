"""Right answers to problem set 9 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "sliding windows of NumPy",
        "learnt",
        """
def learnt(wrong, error, window, below):
    from numpy.lib.stride_tricks import sliding_window_view

    if len(wrong) < window:
        return 0
    good = ~sliding_window_view(wrong, window).any(axis=1) & (sliding_window_view(error, window).mean(axis=1) < below)
    return int(np.argmax(good)) + window if good.any() else 0
""",
    ),
    Right(
        "counting, with a list, in single precision",
        "learnt",
        """
def learnt(wrong, error, window, below):
    since, last = 0, []
    for shown, (bad, e) in enumerate(zip(wrong, error.astype(np.float32)), 1):
        since = 0 if bad else since + 1
        last = [*last, e][-window:]
        if since >= window and sum(last) / np.float32(window) < below:
            return np.float32(shown)
    return 0
""",
    ),
    Right(
        "by logarithms; the limit typed in",
        "passing",
        """
def luck(p, n):
    return np.exp(n * np.log1p(-p))


def share(n, chance):
    return -np.expm1(np.log(chance) / n)


limit = 0.00117
""",
    ),
    Right(
        "in single precision, and by bisection",
        "passing",
        """
def luck(p, n):
    return (np.float32(1) - np.float32(p)) ** n


def share(n, chance):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 - middle) ** n > chance else (low, middle)
    return low


limit = np.float32(0.001169)
""",
    ),
    Right(
        "a list of outputs, a list of errors",
        "trial",
        """
def show(learner, x, target, rate):
    learner.reset()
    outputs = [learner.step(row) for row in x]
    learner.add_error(target)
    learner.update(rate)
    return max(abs(float(a) - float(b)) for a, b in zip(outputs[-1], target))


def trial(one, window, tolerance, most):
    errors = []
    while len(errors) < most:
        errors.append(one())
        if len(errors) >= window and all(e < tolerance for e in errors[-window:]):
            return len(errors), True
    return most, False
""",
    ),
    Right(
        "in single precision; a list comes back",
        "trial",
        """
def show(learner, x, target, rate):
    learner.reset()
    for t in range(len(x)):
        y = learner.step(x[t])
    largest = np.linalg.norm((np.asarray(y) - target).astype(np.float32), np.inf)
    learner.add_error(target)
    learner.update(rate)
    return largest


def trial(one, window, tolerance, most):
    last_bad = 0
    for shown in range(1, most + 1):
        if one() >= tolerance:
            last_bad = shown
        elif shown - last_bad >= window:
            return [shown, 1]
    return [most, 0]
""",
    ),
    Right(
        "NumPy's median",
        "middle",
        """
def middle(sequences, solved):
    counted = sequences.astype(float)
    counted[~solved] = np.inf
    with np.errstate(invalid="ignore"):
        found = np.median(counted)
    return np.inf if np.isnan(found) else found
""",
    ),
    Right(
        "lists, in single precision",
        "middle",
        """
def middle(sequences, solved):
    good = sorted(np.float32(n) for n, s in zip(sequences, solved) if s)
    good += [np.float32("inf")] * (len(solved) - len(good))
    half = len(good) // 2
    return good[half] if len(good) % 2 else np.mean(good[half - 1 : half + 1])
""",
    ),
    Right(
        "SciPy's binomial test",
        "sign",
        """
def sign_test(first, second):
    from scipy.stats import binomtest

    n = int(np.sum(first != second))
    return binomtest(int(np.sum(first < second)), n).pvalue if n else 1.0
""",
    ),
    Right(
        "all cases, in single precision",
        "sign",
        """
def sign_test(first, second):
    pairs = [(a, b) for a, b in zip(first, second) if a != b]
    n, wins = len(pairs), sum(a < b for a, b in pairs)
    cases = np.ones(1)
    for _ in range(n):
        cases = np.convolve(cases, [0.5, 0.5])
    return np.float32(sum(p for k, p in enumerate(cases) if abs(2 * k - n) >= abs(2 * wins - n)))
""",
    ),
    Right(
        "least squares",
        "power",
        """
def power(lags, counts):
    A = np.stack([np.ones(len(lags)), np.log2(lags)], axis=1)
    return np.linalg.lstsq(A, np.log2(counts), rcond=None)[0][1]
""",
    ),
    Right(
        "by the formula, in single precision",
        "power",
        """
def power(lags, counts):
    x, y = np.log10(lags).astype(np.float32), np.log10(counts).astype(np.float32)
    x, y = x - x.mean(), y - y.mean()
    return np.sum(x * y) / np.sum(x * x)
""",
    ),
    Right(
        "decimal numbers with many digits",
        "once",
        """
def once(a, b, c):
    from decimal import Decimal, localcontext

    with localcontext() as context:
        context.prec = 2000
        return float(Decimal(a) * Decimal(b) + Decimal(c))
""",
    ),
    Right(
        "the product in two parts, and an exact sum",
        "once",
        """
def once(a, b, c):
    import math

    def halves(z):
        high = z * 134217729.0 - (z * 134217729.0 - z)
        return high, z - high

    (a1, a2), (b1, b2) = halves(a), halves(b)
    return math.fsum([a1 * b1, a1 * b2, a2 * b1, a2 * b2, c])
""",
    ),
]
