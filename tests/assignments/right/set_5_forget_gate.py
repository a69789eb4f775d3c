"""Right answers to problem set 5 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "np.multiply",
        "cell",
        """
def cell(i, f, g, o, c_before):
    c = np.add(np.multiply(f, c_before), np.multiply(i, g))
    return np.multiply(o, np.tanh(c)), c
""",
    ),
    Right(
        "in single precision",
        "cell",
        """
def cell(i, f, g, o, c_before):
    i, f, g, o, c_before = (np.asarray(a, np.float32) for a in (i, f, g, o, c_before))
    c = i * g + f * c_before
    return o * np.tanh(c), c
""",
    ),
    Right(
        "slices, arrays filled",
        "forward",
        """
def forward(x, h0, c0, W_ih, W_hh, b_ih, b_hh, cell):
    T, N, D = x.shape
    H = h0.shape[1]
    hs, cs = np.zeros((T, N, H)), np.zeros((T, N, H))
    h, c = h0, c0
    sigma = lambda z: 1.0 / (1.0 + np.exp(-z))
    for t in range(T):
        net = np.einsum("nd,kd->nk", x[t], W_ih) + np.einsum("nj,kj->nk", h, W_hh) + (b_ih + b_hh)
        i, f, g, o = net[:, :H], net[:, H : 2 * H], net[:, 2 * H : 3 * H], net[:, 3 * H :]
        h, c = cell(sigma(i), sigma(f), np.tanh(g), sigma(o), c)
        hs[t], cs[t] = h, c
    return hs, cs
""",
    ),
    Right(
        "inputs first, lists, logistic by tanh, in single precision",
        "forward",
        """
def forward(x, h0, c0, W_ih, W_hh, b_ih, b_hh, cell):
    x, h, c, W_ih, W_hh = (np.asarray(a, np.float32) for a in (x, h0, c0, W_ih, W_hh))
    inputs = x @ W_ih.T + np.asarray(b_ih + b_hh, np.float32)
    out = []
    for row in inputs:
        net = (row + h @ W_hh.T).reshape(len(h), 4, -1)
        i, f, o = (0.5 + 0.5 * np.tanh(net[:, k] / 2) for k in (0, 1, 3))
        h, c = cell(i, f, np.tanh(net[:, 2]), o, c)
        out.append((h, c))
    return [pair[0] for pair in out], [pair[1] for pair in out]
""",
    ),
    Right(
        "error by error, a list",
        "back",
        """
def back(dh, dc, i, f, g, o, c_before, c):
    squashed = np.tanh(c)
    at_c = dc + dh * o * (1 - squashed * squashed)
    at_o = dh * squashed
    at_f = at_c * c_before
    at_i, at_g = at_c * g, at_c * i
    return [at_i * i * (1 - i), at_f * f * (1 - f), at_g * (1 - g) * (1 + g), at_o * o * (1 - o)], at_c * f
""",
    ),
    Right(
        "in single precision",
        "back",
        """
def back(dh, dc, *rest):
    dh, dc, i, f, g, o, c_before, c = (np.asarray(a, np.float32) for a in (dh, dc, *rest))
    e = dc + dh * o / np.cosh(c) ** 2
    dnet = np.empty((4, *dh.shape), np.float32)
    dnet[0] = e * g * (i - i**2)
    dnet[1] = e * c_before * (f - f**2)
    dnet[2] = e * i * (1 - g**2)
    dnet[3] = dh * np.tanh(c) * (o - o**2)
    return dnet, e * f
""",
    ),
    Right(
        "a sum over gates",
        "through",
        """
def through(dy, gates, c, W_hh, back):
    T, H = len(dy), dy.shape[2]
    blocks = W_hh.reshape(4, H, H)
    dh, dc, out = np.zeros(dy.shape[1:]), np.zeros(dy.shape[1:]), []
    for t in range(T - 1, -1, -1):
        i, f, g, o = gates[t]
        dnet, dc = back(dh + dy[t], dc, i, f, g, o, c[t], c[t + 1])
        dh = sum(dnet[k] @ blocks[k] for k in range(4))
        out.append(dnet)
    return out[::-1], dh, dc
""",
    ),
    Right(
        "in single precision",
        "through",
        """
def through(dy, gates, c, W_hh, back):
    dnet = np.zeros(gates.shape, np.float32)
    dh = dc = np.float32(0)
    for t in reversed(range(len(dy))):
        dnet[t], dc = back((dy[t] + dh).astype(np.float32), dc, *gates[t], c[t], c[t + 1])
        dh = np.einsum("gnh,ghk->nk", dnet[t], W_hh.reshape(4, dy.shape[2], -1).astype(np.float32))
    return dnet, dh, dc
""",
    ),
    Right(
        "gate by gate",
        "count",
        """
def equations(D, H):
    return sum(H * D + H * H + H for gate in "ifgo")


def arrays(D, H):
    return equations(D, H) + 4 * H
""",
    ),
    Right(
        "shapes",
        "count",
        """
def equations(D, H):
    return np.zeros((4 * H, D + H + 1)).size


def arrays(D, H):
    return 4 * H * D + 4 * H * H + 2 * 4 * H
""",
    ),
    Right(
        "by logarithms of the gate",
        "span",
        """
def half_life(b):
    f = 1 / (1 + np.exp(-np.asarray(b)))
    return np.log(0.5) / np.log(f)


def bias_for(steps):
    return -np.log(2 ** (1 / steps) - 1)
""",
    ),
    Right(
        "in single precision",
        "span",
        """
def half_life(b):
    return np.log(np.float32(2)) / np.logaddexp(np.float32(0), -np.asarray(b, np.float32))


def bias_for(steps):
    f = np.exp(-np.log(2) / steps)
    return np.float32(np.log(f) - np.log1p(-f))
""",
    ),
]
