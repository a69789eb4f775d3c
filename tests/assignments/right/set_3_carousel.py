"""Right answers to problem set 3 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "a loop",
        "line",
        """
def loop_weight(a):
    return a ** -1


def kept(a, w, q):
    error = 1.0
    for _ in range(q):
        error *= w * a
    return error
""",
    ),
    Right(
        "a power of each",
        "line",
        """
def loop_weight(a):
    return np.float32(1) / np.float32(a)


def kept(a, w, q):
    return float(np.prod(np.full(q, a * w)))
""",
    ),
    Right(
        "step by step",
        "safe",
        """
def safe(x, i, o, W, b):
    T, N, D = x.shape
    state, contents, shown = np.zeros((N, len(b))), [], []
    for t in range(T):
        state = state + i[t] * np.tanh(np.dot(x[t], W.transpose()) + b)
        contents.append(state)
        shown.append(o[t] * np.tanh(state))
    return contents, shown
""",
    ),
    Right(
        "in single precision",
        "safe",
        """
def safe(x, i, o, W, b):
    pushes = i * np.tanh(np.einsum("tnd,hd->tnh", x, W) + b)
    s = np.add.accumulate(pushes.astype(np.float32))
    return s, (o * np.tanh(s)).astype(np.float32)
""",
    ),
    Right(
        "a loop from behind",
        "errors",
        """
def errors(dy, o, s):
    ds = np.zeros(dy.shape)
    after = 0
    for t in range(len(dy) - 1, -1, -1):
        after = after + dy[t] * o[t] / np.cosh(s[t]) ** 2
        ds[t] = after
    return ds
""",
    ),
    Right(
        "total less what came before, in single precision",
        "errors",
        """
def errors(dy, o, s):
    a = (dy * o * (1 - np.tanh(s)) * (1 + np.tanh(s))).astype(np.float32)
    return a.sum(0) - np.cumsum(a, 0) + a
""",
    ),
    Right(
        "flat products",
        "entry",
        """
def entry(ds, x, i, g):
    d = (ds * i * (1 - g) * (1 + g)).reshape(-1, ds.shape[2])
    return d.T.dot(x.reshape(-1, x.shape[2])), d.sum(0)
""",
    ),
    Right(
        "a loop, in single precision",
        "entry",
        """
def entry(ds, x, i, g):
    dW, db = np.zeros((ds.shape[2], x.shape[2]), np.float32), np.zeros(ds.shape[2], np.float32)
    for t in range(len(x)):
        d = i[t] * (1 - g[t] * g[t]) * ds[t]
        dW += d.T @ x[t]
        db += d.sum(0)
    return dW, db
""",
    ),
    Right(
        "an early return",
        "undone",
        """
def undone(pushes):
    if not np.any(pushes):
        return 0
    return 1 - abs(sum(pushes)) / sum(abs(p) for p in pushes)
""",
    ),
    Right(
        "ups and downs",
        "undone",
        """
def undone(pushes):
    up, down = pushes[pushes > 0].sum(), -pushes[pushes < 0].sum()
    return 2 * min(up, down) / (up + down) if up + down else 0.0
""",
    ),
    Right(
        "variances in a loop",
        "spread",
        """
def spread(i, sigma):
    variance, out = 0.0, []
    for door in i:
        variance += (door * sigma) ** 2
        out.append(variance**0.5)
    return out
""",
    ),
    Right(
        "in single precision",
        "spread",
        """
def spread(i, sigma):
    return np.sqrt(np.cumsum((np.float32(sigma) * i.astype(np.float32)) ** 2))
""",
    ),
    Right("by division", "steps", "open_steps = (1 / 0.1) ** 2\najar_steps = (1 / (0.1 * 0.1)) ** 2"),
    Right(
        "by search",
        "steps",
        """
root = np.sqrt(np.arange(1, 20_001)) + 1e-9
open_steps = np.argmax(0.1 * root >= 1) + 1
ajar_steps = np.argmax(0.01 * root >= 1) + 1
""",
    ),
]
