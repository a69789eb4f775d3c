"""Right answers to problem set 4 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right(
        "by way of tanh",
        "squash",
        """
def g(z):
    return 2 * np.tanh(np.asarray(z) / 2)


def h(z):
    return np.tanh(np.asarray(z) / 2)


def g_slope(g_value):
    return 1 - np.square(g_value) / 4


def h_slope(h_value):
    return 0.5 - 0.5 * np.square(h_value)
""",
    ),
    Right(
        "by way of f, in single precision",
        "squash",
        """
def f(z):
    return 1 / (1 + np.exp(-np.asarray(z, np.float32)))


def g(z):
    return 4 * f(z) - 2


def h(z):
    return 2 * f(z) - 1


def g_slope(g_value):
    y = (g_value + 2) / 4
    return 4 * y * (1 - y)


def h_slope(h_value):
    y = (h_value + 1) / 2
    return 2 * y * (1 - y)
""",
    ),
    Right(
        "two products, a list of units",
        "block",
        """
def block(x, a, s, W):
    D, S = x.size, s.size
    net = W[:, :D] @ x + W[:, D:] @ a
    gate = lambda z: 1 / (1 + np.exp(-z))
    new_s = [s[v] + gate(net[0]) * 2 * np.tanh(net[1 + v] / 2) for v in range(S)]
    shown = [gate(net[S + 1]) * np.tanh(c / 2) for c in new_s]
    return [gate(net[0]), *shown, gate(net[S + 1])], new_s
""",
    ),
    Right(
        "in single precision",
        "block",
        """
def block(x, a, s, W):
    logistic = lambda z: 1 / (1 + np.exp(-z))
    net = W.astype(np.float32) @ np.hstack([x, a]).astype(np.float32)
    s = s.astype(np.float32) + logistic(net[0]) * (4 * logistic(net[1:-1]) - 2)
    units = logistic(net)
    units[1:-1] = units[-1] * (2 * logistic(s) - 1)
    return units, s
""",
    ),
    Right(
        "layer by layer",
        "weights",
        """
def weights(D, B, S, O):
    cells, gates = B * S, 2 * B
    into_each = D + cells + gates
    return into_each * cells + (into_each + 1) * gates + cells * O
""",
    ),
    Right(
        "by a loop",
        "weights",
        """
def weights(D, B, S, O):
    total = 0
    for block in range(B):
        for unit in range(S + 2):
            total += D + B * (S + 2) + (unit < 2)
    return total + sum(B * S for _ in range(O))
""",
    ),
    Right(
        "a loop",
        "traces",
        """
def traces(y_in, g, z):
    T, M = z.shape
    to_cell, to_gate = np.zeros((T, M)), np.zeros((T, M))
    c, i = np.zeros(M), np.zeros(M)
    for t in range(T):
        c = c + y_in[t] * (1 - g[t] ** 2 / 4) * z[t]
        i = i + y_in[t] * (1 - y_in[t]) * g[t] * z[t]
        to_cell[t], to_gate[t] = c, i
    return to_cell, to_gate
""",
    ),
    Right(
        "a product with a triangle, in single precision",
        "traces",
        """
def traces(y_in, g, z):
    sums = np.tri(len(z), dtype=np.float32)
    f = (g + 2) / 4
    to_cell = sums @ (np.diag(y_in * 4 * f * (1 - f)) @ z).astype(np.float32)
    to_gate = sums @ (np.diag(g * (y_in - y_in**2)) @ z).astype(np.float32)
    return to_cell, to_gate
""",
    ),
    Right(
        "a loop",
        "gradients",
        """
def gradients(dy, y_out, h, z, to_cell, to_gate):
    dw_c, dw_in, dw_out = (np.zeros(z.shape[1]) for _ in range(3))
    for t in range(len(dy)):
        ds = dy[t] * y_out[t] * (1 - h[t] ** 2) / 2
        dw_c += ds * to_cell[t]
        dw_in += ds * to_gate[t]
        dw_out += dy[t] * h[t] * y_out[t] * (1 - y_out[t]) * z[t]
    return dw_c, dw_in, dw_out
""",
    ),
    Right(
        "einsum, in single precision",
        "gradients",
        """
def gradients(dy, y_out, h, z, to_cell, to_gate):
    e = (dy * y_out * (0.5 - 0.5 * h * h)).astype(np.float32)
    out = (dy * h * (y_out - y_out**2)).astype(np.float32)
    return [np.einsum("t,tm->m", a, b) for a, b in ((e, to_cell), (e, to_gate), (out, z))]
""",
    ),
    Right("numbers", "shut", "bias = -2.944\nmost = 2.0 * 100"),
    Right("solved", "shut", "bias = -np.log(19)\nmost = sum(2 for _ in range(100))"),
]
