"""Right answers to problem set 1 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "sums written out",
        "step",
        """
def step(x, h, W_ih, W_hh, b):
    new = np.empty((len(x), len(b)))
    for n in range(len(x)):
        for j in range(len(b)):
            new[n, j] = np.tanh(sum(W_ih[j] * x[n]) + sum(W_hh[j] * h[n]) + b[j])
    return new
""",
    ),
    Right(
        "columns, in single precision",
        "step",
        """
def step(x, h, W_ih, W_hh, b):
    x, h, W_ih, W_hh, b = (np.asarray(a, np.float32) for a in (x, h, W_ih, W_hh, b))
    return np.tanh(W_ih.dot(x.T) + W_hh.dot(h.T) + b[:, None]).T
""",
    ),
    Right(
        "a list of states",
        "run",
        """
def run(x, h0, W_ih, W_hh, b, step):
    states = [h0]
    for x_t in x:
        states.append(step(x_t, states[-1], W_ih, W_hh, b))
    return states
""",
    ),
    Right(
        "in single precision",
        "run",
        """
def run(x, h0, W_ih, W_hh, b, step):
    states = np.zeros((x.shape[0] + 1,) + h0.shape, dtype=np.float32)
    states[0] = h0
    for t in range(x.shape[0]):
        states[t + 1] = step(x[t], states[t], W_ih, W_hh, b)
    return states
""",
    ),
    Right(
        "from the last step, with an index that runs backwards",
        "errors",
        """
def errors(dy, h, W_hh):
    T = dy.shape[0]
    slope = 1 - np.square(h[1:])
    delta = np.zeros(dy.shape, dtype=np.float32)
    delta[T - 1] = dy[T - 1] * slope[T - 1]
    t = T - 2
    while t >= 0:
        delta[t] = slope[t] * (dy[t] + np.einsum("nk,kj->nj", delta[t + 1], W_hh))
        t -= 1
    return delta
""",
    ),
    Right(
        "one sequence at a time",
        "errors",
        """
def errors(dy, h, W_hh):
    def one(dy, h):
        after, out = np.zeros(dy.shape[-1]), []
        for d, y in zip(dy[::-1], h[:0:-1]):
            after = (d + W_hh.T @ after) * (1 - y) * (1 + y)
            out.insert(0, after)
        return np.array(out)

    return np.stack([one(dy[:, n], h[:, n]) for n in range(dy.shape[1])], axis=1)
""",
    ),
    Right(
        "a loop over steps",
        "blame",
        """
def blame(delta, x, h):
    T, N, H = delta.shape
    dW_ih, dW_hh, db = np.zeros((H, x.shape[2])), np.zeros((H, H)), np.zeros(H)
    for t in range(T):
        dW_ih += delta[t].T @ x[t]
        dW_hh += delta[t].T @ h[t]
        db += delta[t].sum(axis=0)
    return dW_ih, dW_hh, db
""",
    ),
    Right(
        "tensordot, in single precision",
        "blame",
        """
def blame(delta, x, h):
    delta, x, h = delta.astype(np.float32), x.astype(np.float32), h.astype(np.float32)
    axes = ([0, 1], [0, 1])
    return np.tensordot(delta, x, axes), np.tensordot(delta, h[: len(delta)], axes), np.sum(delta, (0, 1))
""",
    ),
    Right(
        "through a flat view",
        "numeric",
        """
def numeric(loss, W, eps=1e-5):
    flat = W.reshape(-1)
    out = []
    for k in range(flat.size):
        old = float(flat[k])
        flat[k] = old + eps
        up = loss()
        flat[k] = old - eps
        out.append((up - loss()) / 2 / eps)
        flat[k] = old
    return np.reshape(out, W.shape)
""",
    ),
    Right(
        "its result in single precision",
        "numeric",
        """
def numeric(loss, W, eps=1e-5):
    gradient = np.zeros(W.shape, np.float32)
    it = np.nditer(W, flags=["multi_index"])
    for _ in it:
        k = it.multi_index
        old = W[k]
        W[k] = old + eps
        up = loss()
        W[k] = old - eps
        down = loss()
        W[k] = old
        gradient[k] = 0.5 * (up - down) / eps
    return gradient
""",
    ),
]
