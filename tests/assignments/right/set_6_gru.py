"""Right answers to problem set 6 that aren't the source's own."""

from in_process import Right

RIGHT = [
    Right("a step towards the candidate", "mix", "def mix(z, n, h):\n    return n + z * (h - n)"),
    Right(
        "in single precision",
        "mix",
        "def mix(z, n, h):\n    z = np.float32(z)\n    return z * np.float32(h) + (1 - z) * np.float32(n)",
    ),
    Right(
        "six matrices",
        "step",
        """
def step(x, h, W_ih, W_hh, b_ih, b_hh, reset):
    Wir, Wiz, Win = np.split(W_ih, 3)
    Whr, Whz, Whn = np.split(W_hh, 3)
    bir, biz, bin_ = np.split(b_ih, 3)
    bhr, bhz, bhn = np.split(b_hh, 3)
    sigma = lambda a: 1 / (1 + np.exp(-a))
    r = sigma(x @ Wir.T + bir + h @ Whr.T + bhr)
    z = sigma(x @ Wiz.T + biz + h @ Whz.T + bhz)
    inside = r * (h @ Whn.T + bhn) if reset == "after" else (r * h) @ Whn.T + bhn
    return z * h + (1 - z) * np.tanh(x @ Win.T + bin_ + inside)
""",
    ),
    Right(
        "two products, in single precision",
        "step",
        """
def step(x, h, W_ih, W_hh, b_ih, b_hh, reset):
    x, h, W_ih, W_hh, b_ih, b_hh = (np.asarray(a, np.float32) for a in (x, h, W_ih, W_hh, b_ih, b_hh))
    H = h.shape[-1]
    a = (x @ W_ih.T + b_ih).reshape(-1, 3, H)
    b = (h @ W_hh.T + b_hh).reshape(-1, 3, H)
    r, z = (0.5 * (1 + np.tanh((a[:, k] + b[:, k]) / 2)) for k in (0, 1))
    if reset == "before":
        n = np.tanh(a[:, 2] + (h * r) @ W_hh[-H:].T + b_hh[-H:])
    else:
        n = np.tanh(a[:, 2] + r * b[:, 2])
    return n - z * n + z * h
""",
    ),
    Right(
        "by a column of signs",
        "other",
        """
def other(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    sign = np.repeat([1, -1, 1], H)
    return [sign[:, None] * W_ih, sign[:, None] * W_hh, sign * b_ih, sign * b_hh]
""",
    ),
    Right(
        "put together anew, in single precision",
        "other",
        """
def other(*arrays):
    out = []
    for a in arrays:
        r, z, n = np.split(np.float32(a), 3)
        out.append(np.concatenate([r, -z, n]))
    return out
""",
    ),
    Right(
        "error by error, a list",
        "back",
        """
def back(dh, r, z, n, h, m):
    at_n = (1 - z) * dh * (1 - n) * (1 + n)
    at_z = (dh * h - dh * n) * (z - z**2)
    at_r = at_n * m * (r - r**2)
    return [at_r, at_z, at_n], z * dh
""",
    ),
    Right(
        "in single precision",
        "back",
        """
def back(dh, r, z, n, h, m):
    dh, r, z, n, h, m = (np.asarray(a, np.float32) for a in (dh, r, z, n, h, m))
    d = np.stack([dh * (1 - z) * (1 - n**2) * m * r * (1 - r), dh * (h - n) * z * (1 - z), dh * (1 - z) * (1 - n**2)])
    return d, dh * z
""",
    ),
    Right(
        "lists, and the power written out",
        "check",
        """
def difference(loss, w, d, eps):
    up, down = loss(w + d * eps), loss(w - d * eps)
    return 0.5 * (up - down) / eps


def suspicion(loss, gradient, w, rng, difference, times=5, eps=1e-5):
    seen = []
    for k in range(times):
        d = rng.standard_normal(w.shape)
        a = difference(loss, w, d, eps)
        b = np.vdot(gradient, d)
        seen.append(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))
    return max(seen)


best_eps = 10**-5
""",
    ),
    Right(
        "all directions at once, with a floor under the division",
        "check",
        """
def difference(loss, w, d, eps):
    a = loss(w + eps * d)
    a = a - loss(w - eps * d)
    return a / (eps + eps)


def suspicion(loss, gradient, w, rng, difference, times=5, eps=1e-5):
    directions = rng.standard_normal((times, *w.shape))
    a = np.array([difference(loss, w, d, eps) for d in directions])
    b = np.array([np.sum(gradient * d) for d in directions])
    return float(np.max(np.abs(a - b) / (np.maximum(np.abs(a), np.abs(b)) + 1e-12)))


best_eps = np.float64(1e-5)
""",
    ),
]
