"""Right answers to problem set 2 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "back to the net input first",
        "slope",
        "def slope(y):\n    z = np.log(y / (1 - y))\n    return 1 / (2 + np.exp(z) + np.exp(-z))",
    ),
    Right("in single precision", "slope", "def slope(y):\n    y = np.asarray(y, np.float32)\n    return y - y * y"),
    Right(
        "a list, step by step",
        "left",
        """
def left(w, y):
    error, out = 1.0, [1.0]
    for t in range(len(y) - 2, -1, -1):
        error = error * w * y[t] * (1 - y[t])
        out.append(error)
    return out
""",
    ),
    Right(
        "in single precision",
        "left",
        """
def left(w, y):
    slopes = np.float32(w) * (y * (1 - y)).astype(np.float32)
    return np.array([np.prod(slopes[len(y) - 1 - q : -1]) for q in range(len(y))])
""",
    ),
    Right(
        "counted",
        "numbers",
        """
share = (3.9 * 0.5 * (1 - 0.5)) ** 100
steps, rest = 0, 1.0
while rest >= 0.01:
    rest *= 3.9 / 4
    steps += 1
largest = np.float32(1 / 12.5)
""",
    ),
    Right(
        "numbers of other kinds",
        "numbers",
        "share = np.array(0.975) ** 100\nsteps = float(np.floor(np.log(100) / -np.log(0.975))) + 1\nlargest = 0.08",
    ),
    Right(
        "sums written out",
        "scaling",
        """
def scaling(W, slopes):
    Q, n = slopes.shape
    F = np.zeros((Q + 1, n, n))
    F[0] = np.identity(n)
    for q in range(1, Q + 1):
        for v in range(n):
            for u in range(n):
                F[q, v, u] = slopes[q - 1, v] * sum(W[k, v] * F[q - 1, k, u] for k in range(n))
    return F
""",
    ),
    Right(
        "by diagonal matrices, in single precision",
        "scaling",
        """
def scaling(W, slopes):
    F = [np.eye(W.shape[0], dtype=np.float32)]
    for s in slopes:
        F.append((np.diag(s) @ W.T @ F[-1]).astype(np.float32))
    return np.stack(F)
""",
    ),
    Right(
        "lists, and norms of NumPy",
        "bounds",
        """
def bounds(W, q):
    n = W.shape[0]
    tau, norm = n * max(W.max(), -W.min()) / 4, np.linalg.norm(W, np.inf) / 4
    return [n * tau**k for k in q], [n * norm**k for k in q]
""",
    ),
    Right(
        "in single precision",
        "bounds",
        """
def bounds(W, q):
    W, q = np.abs(W).astype(np.float32), np.asarray(q, np.float32)
    n = np.float32(len(W))
    return n * (n * np.max(W) / 4) ** q, n * (np.max(np.sum(W, 1)) / 4) ** q
""",
    ),
    Right(
        "the slope of the line by its formula",
        "rate",
        """
def rate(shares):
    q = np.arange(len(shares))
    z = np.log(shares)
    return np.exp(np.cov(q, z)[0, 1] / np.var(q, ddof=1))
""",
    ),
    Right(
        "by least squares, in single precision",
        "rate",
        """
def rate(shares):
    A = np.vstack([np.arange(len(shares)), np.ones(len(shares))]).T.astype(np.float32)
    return np.exp(np.linalg.lstsq(A, np.log(shares).astype(np.float32), rcond=None)[0][0])
""",
    ),
]
