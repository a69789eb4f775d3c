"""Right answers to problem set 7 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "by logarithms",
        "softmax",
        """
def softmax(scores):
    largest = np.max(scores, axis=-1, keepdims=True)
    log_sum = np.log(np.sum(np.exp(scores - largest), -1, keepdims=True)) + largest
    return np.exp(scores - log_sum)
""",
    ),
    Right(
        "in single precision",
        "softmax",
        """
def softmax(scores):
    scores = np.asarray(scores, np.float32)
    e = np.exp(scores - scores.max(-1)[..., None])
    return e / e.sum(-1)[..., None]
""",
    ),
    Right(
        "memory by memory",
        "attend",
        """
def attend(s, h, W, U, v, length):
    e = np.array([v @ np.tanh(W @ s + U @ h[j]) for j in range(length)])
    alpha = np.zeros(len(h))
    alpha[:length] = np.exp(e - e.max()) / np.exp(e - e.max()).sum()
    c = sum(alpha[j] * h[j] for j in range(len(h)))
    return alpha, c
""",
    ),
    Right(
        "a very low score, in single precision",
        "attend",
        """
def attend(s, h, W, U, v, length):
    s, h, W, U, v = (np.asarray(a, np.float32) for a in (s, h, W, U, v))
    e = np.tanh(h @ U.T + (W @ s)[None, :]) @ v
    e = np.where(np.arange(len(h)) < length, e, np.float32(-1e9))
    p = np.exp(e - e.max())
    alpha = p / p.sum()
    return alpha, h.T @ alpha
""",
    ),
    Right(
        "outer",
        "context",
        """
def context_back(dc, alpha, h):
    return np.array([dc @ row for row in h]), np.outer(alpha, dc)
""",
    ),
    Right(
        "in single precision",
        "context",
        """
def context_back(dc, alpha, h):
    dc = dc.astype(np.float32)
    return np.einsum("k,sk->s", dc, h.astype(np.float32)), alpha.astype(np.float32)[:, np.newaxis] * dc[np.newaxis]
""",
    ),
    Right(
        "by the matrix of derivatives",
        "scores",
        """
def scores_back(alpha, dalpha):
    J = np.diag(alpha) - alpha[:, None] * alpha[None, :]
    return J.T @ dalpha
""",
    ),
    Right(
        "sums written out, in single precision",
        "scores",
        """
def scores_back(alpha, dalpha):
    alpha, dalpha = np.float32(alpha), np.float32(dalpha)
    out = np.zeros(len(alpha), np.float32)
    for k in range(len(alpha)):
        for j in range(len(alpha)):
            out[k] += dalpha[j] * alpha[j] * ((j == k) - alpha[k])
    return out
""",
    ),
    Right(
        "row by row",
        "product",
        """
def product(Q, K, V, causal=False):
    out = []
    for t in range(len(Q)):
        last = t + 1 if causal else len(K)
        e = K[:last] @ Q[t] / len(Q[t]) ** 0.5
        w = np.exp(e - e.max())
        out.append((w / w.sum()) @ V[:last])
    return out
""",
    ),
    Right(
        "a mask that is added, in single precision",
        "product",
        """
def product(Q, K, V, causal=False):
    Q, K, V = (np.asarray(a, np.float32) for a in (Q, K, V))
    scores = np.einsum("te,se->ts", Q, K) / np.sqrt(np.float32(Q.shape[-1]))
    if causal:
        scores = scores + np.triu(np.full(scores.shape, -1e9, np.float32), k=1)
    w = np.exp(scores - scores.max(1, keepdims=True))
    return (w / w.sum(1, keepdims=True)) @ V
""",
    ),
    Right(
        "product by product",
        "count",
        """
def of_attention(T, E):
    scores, means = T * T * E, T * T * E
    return scores + means


def of_lstm(T, E):
    return T * (4 * E * E + 4 * E * E)


crossing = next(T for T in range(1, 10_000) if of_attention(T, 64) >= of_lstm(T, 64))
""",
    ),
    Right(
        "numbers of other kinds",
        "count",
        """
def of_attention(T, E):
    return 2.0 * E * T**2


def of_lstm(T, E):
    return 8.0 * T * E**2


crossing = of_lstm(1, 64) / of_attention(1, 64)
""",
    ),
    Right(
        "as a difference", "lead", "def lead(S, share):\n    return np.log(share) - np.log1p(-share) + np.log(S - 1)"
    ),
    Right(
        "by search",
        "lead",
        """
def lead(S, share):
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        if 1 / (1 + (S - 1) * np.exp(-middle)) < share:
            low = middle
        else:
            high = middle
    return middle
""",
    ),
]
