"""One step of each cell, forward and back, for eight sequences at once; compiled. ``compiled`` puts them together.

Arrays of rows of eight are read and written by ``lstmlib.online.compiled.lanes``: row ``t * H + j`` of ``m.h`` holds
unit j of the eight sequences before step t. ``w`` is the row of all numbers of a net, and ``s.at`` says where each
array begins.
"""

from typing import Any

from lstmlib.online.compiled.jit import part
from lstmlib.online.compiled.lanes import fused, load, logistic, store

IH, HH, BIAS, CH, GG, OUT, OUT_BIAS = range(7)  # places in ``s.at``


@part
def product(out: Any, first: int, w: Any, at: int, rows: int, width: int, v: Any, start: int) -> None:
    """Add W v to ``rows`` rows of out: W (rows, width) from w[at] on, v from its row ``start`` on."""
    for r in range(rows):
        total = load(out, first + r)
        for k in range(width):
            total = fused(w[at + r * width + k], load(v, start + k), total)
        store(out, first + r, total)


@part
def product_back(dv: Any, first: int, w: Any, at: int, rows: int, width: int, d: Any, start: int) -> None:
    """Add W.T d to ``width`` rows of dv: d from its row ``start`` on."""
    for k in range(width):
        total = load(dv, first + k)
        for r in range(rows):
            total = fused(w[at + r * width + k], load(d, start + r), total)
        store(dv, first + k, total)


@part
def outer(g: Any, at: int, rows: int, width: int, d: Any, start: int, v: Any, first: int) -> None:
    """Add d v.T to the gradients of W (rows, width), each kept as eight numbers."""
    for r in range(rows):
        error = load(d, start + r)
        for k in range(width):
            row = at + r * width + k
            store(g, row, fused(error, load(v, first + k), load(g, row)))


@part
def net_input(s: Any, w: Any, m: Any, x: Any, t: int, rows: int) -> None:
    """Set ``m.net`` to what all blocks get: W_ih x + bias, and for the first ``rows`` rows W_hh h."""
    for r in range(s.R):
        store(m.net, r, w[s.at[BIAS] + r])
    product(m.net, 0, w, s.at[IH], s.R, s.D, x, t * s.D)
    product(m.net, 0, w, s.at[HH], rows, s.H, m.h, t * s.H)


@part
def net_back(s: Any, w: Any, g: Any, m: Any, x: Any, t: int, rows: int) -> None:
    """Add the gradients of what ``net_input`` used; for its first ``rows`` rows the error at h goes to ``m.dh``."""
    outer(g, s.at[IH], s.R, s.D, m.dnet, 0, x, t * s.D)
    outer(g, s.at[HH], rows, s.H, m.dnet, 0, m.h, t * s.H)
    for r in range(s.R):
        store(g, s.at[BIAS] + r, load(g, s.at[BIAS] + r) + load(m.dnet, r))
    product_back(m.dh, 0, w, s.at[HH], rows, s.H, m.dnet, 0)


@part
def gate(s: Any, w: Any, m: Any, a: int, t: int, seen: int) -> None:
    """Set gate a of step t: the logistic function of its net input and what it sees of row ``seen`` of c on; or 1."""
    for j in range(s.H):
        if s.rows[a] < 0:
            store(m.act, (t * 4 + a) * s.H + j, 1.0)
        else:
            net = load(m.net, s.rows[a] + j)
            if s.peepholes:
                net = fused(w[s.at[CH] + s.place[a] + j], load(m.c, seen + j), net)
            store(m.act, (t * 4 + a) * s.H + j, logistic(net))


@part
def lstm_step(s: Any, w: Any, m: Any, x: Any, t: int) -> None:
    """Make h(t), c(t) and all gates; the equations are ``Cells``'."""
    H = s.H
    net_input(s, w, m, x, t, s.R)
    if s.recurrence and t > 0:  # all three gates are there
        for k in range(3):
            for b in range(3):
                other = (t - 1) * 4 + (3 if b == 2 else b)
                for j in range(H):
                    row = s.rows[3 if k == 2 else k] + j
                    at = s.at[GG] + (k * H + j) * 3 * H + b * H
                    product(m.net, row, w, at, 1, H, m.act, other * H)
    gate(s, w, m, 0, t, t * H)
    gate(s, w, m, 1, t, t * H)
    for j in range(H):
        if s.coupled:
            store(m.act, t * 4 * H + j, 1.0 - load(m.act, (t * 4 + 1) * H + j))
        g = load(m.net, s.rows[2] + j)
        if s.squash_g:
            g = 2.0 * logistic(2.0 * g) - 1.0
        store(m.act, (t * 4 + 2) * H + j, g)
        kept = load(m.act, (t * 4 + 1) * H + j) * load(m.c, t * H + j)
        store(m.c, (t + 1) * H + j, fused(load(m.act, t * 4 * H + j), g, kept))
    gate(s, w, m, 3, t, (t + 1) * H)
    for j in range(H):
        shown = load(m.c, (t + 1) * H + j)
        if s.squash_c:
            shown = 2.0 * logistic(2.0 * shown) - 1.0
        store(m.shown, t * H + j, shown)
        store(m.h, (t + 1) * H + j, load(m.act, (t * 4 + 3) * H + j) * shown)


@part
def gate_back(s: Any, w: Any, g: Any, m: Any, a: int, t: int, seen: int) -> None:
    """Send the error at gate a, ``m.error``, through its logistic function; by a peephole, on to ``m.dc``."""
    if s.rows[a] < 0:
        return
    back = (2 if a == 3 else a) * s.H
    for j in range(s.H):
        value = load(m.act, (t * 4 + a) * s.H + j)
        error = (load(m.error, j) + load(m.back, back + j)) * value * (1.0 - value)
        store(m.dnet, s.rows[a] + j, error)
        if s.peepholes:
            place = s.at[CH] + s.place[a] + j
            store(m.dc, j, fused(w[place], error, load(m.dc, j)))
            store(g, place, fused(error, load(m.c, seen + j), load(g, place)))


@part
def lstm_back(s: Any, w: Any, g: Any, m: Any, x: Any, t: int) -> None:
    """Send the error back through step t: ``m.dh`` and ``m.dc`` come in for t and leave for t - 1."""
    H, i, f, cand = s.H, t * 4 * s.H, (t * 4 + 1) * s.H, (t * 4 + 2) * s.H
    for j in range(H):
        dh, shown = load(m.dh, j), load(m.shown, t * H + j)
        through = dh * load(m.act, (t * 4 + 3) * H + j)
        if s.squash_c:
            through = through * (1.0 - shown * shown)
        store(m.dc, j, load(m.dc, j) + through)
        store(m.error, j, dh * shown)
    gate_back(s, w, g, m, 3, t, (t + 1) * H)
    for j in range(H):
        dc, value = load(m.dc, j), load(m.act, cand + j)
        slope = dc * load(m.act, i + j)
        if s.squash_g:
            slope = slope * (1.0 - value * value)
        store(m.dnet, s.rows[2] + j, slope)
        store(m.error, j, dc * value)
        store(m.kept, j, dc * (load(m.c, t * H + j) - value) if s.coupled else dc * load(m.c, t * H + j))
        store(m.dc, j, dc * load(m.act, f + j))
    gate_back(s, w, g, m, 0, t, t * H)
    for j in range(H):
        store(m.error, j, load(m.kept, j))
    gate_back(s, w, g, m, 1, t, t * H)
    for j in range(H):
        store(m.dh, j, 0.0)
    net_back(s, w, g, m, x, t, s.R)
    if s.recurrence:
        recurrence_back(s, w, g, m, t)


@part
def recurrence_back(s: Any, w: Any, g: Any, m: Any, t: int) -> None:
    """Send the errors at the gates to the gates of the step before, which they heard."""
    H = s.H
    for k in range(3 * H):
        store(m.back, k, 0.0)
    for k in range(3):
        for b in range(3):
            heard = ((t - 1) * 4 + (3 if b == 2 else b)) * H
            for j in range(H):
                row = s.rows[3 if k == 2 else k] + j
                at = s.at[GG] + (k * H + j) * 3 * H + b * H
                product_back(m.back, b * H, w, at, 1, H, m.dnet, row)
                if t > 0:
                    outer(g, at, 1, H, m.dnet, row, m.act, heard)


@part
def rnn_step(s: Any, w: Any, m: Any, x: Any, t: int) -> None:
    """Make h(t) of a plain net."""
    net_input(s, w, m, x, t, s.H)
    for j in range(s.H):
        store(m.h, (t + 1) * s.H + j, 2.0 * logistic(2.0 * load(m.net, j)) - 1.0)


@part
def rnn_back(s: Any, w: Any, g: Any, m: Any, x: Any, t: int) -> None:
    """Send the error back through step t of a plain net."""
    for j in range(s.H):
        h = load(m.h, (t + 1) * s.H + j)
        store(m.dnet, j, load(m.dh, j) * (1.0 - h * h))
        store(m.dh, j, 0.0)
    net_back(s, w, g, m, x, t, s.H)


@part
def gru_step(s: Any, w: Any, m: Any, x: Any, t: int) -> None:
    """Make h(t) of a GRU: ``act`` holds r, z, n, and ``c`` what the reset gate multiplies."""
    H, r, z, cand = s.H, t * 4 * s.H, (t * 4 + 1) * s.H, (t * 4 + 2) * s.H
    net_input(s, w, m, x, t, 2 * H)
    for j in range(H):
        store(m.act, r + j, logistic(load(m.net, j)))
        store(m.act, z + j, logistic(load(m.net, H + j)))
        store(m.c, t * H + j, w[s.at[CH] + j] if s.after else 0.0)
    at = s.at[HH] + 2 * H * H
    if s.after:
        product(m.c, t * H, w, at, H, H, m.h, t * H)
        for j in range(H):
            heard = load(m.act, r + j) * load(m.c, t * H + j)
            store(m.net, 2 * H + j, load(m.net, 2 * H + j) + heard)
    else:
        for j in range(H):
            store(m.c, t * H + j, load(m.h, t * H + j))
            store(m.shown, t * H + j, load(m.act, r + j) * load(m.h, t * H + j))
        product(m.net, 2 * H, w, at, H, H, m.shown, t * H)
    for j in range(H):
        n, keep = 2.0 * logistic(2.0 * load(m.net, 2 * H + j)) - 1.0, load(m.act, z + j)
        store(m.act, cand + j, n)
        store(m.h, (t + 1) * H + j, fused(keep, load(m.h, t * H + j), (1.0 - keep) * n))


@part
def gru_back(s: Any, w: Any, g: Any, m: Any, x: Any, t: int) -> None:
    """Send the error back through step t of a GRU; ``m.error`` is that at what the reset gate multiplied."""
    H, at = s.H, s.at[HH] + 2 * s.H * s.H
    for j in range(H):
        z, n = load(m.act, (t * 4 + 1) * H + j), load(m.act, (t * 4 + 2) * H + j)
        dh = load(m.dh, j)
        dn = dh * (1.0 - z) * (1.0 - n * n)
        store(m.dnet, 2 * H + j, dn)
        store(m.dnet, H + j, dh * (load(m.h, t * H + j) - n) * z * (1.0 - z))
        store(m.dh, j, dh * z)
        store(m.error, j, dn if s.after else 0.0 * dn)
    if not s.after:
        product_back(m.error, 0, w, at, H, H, m.dnet, 2 * H)
        outer(g, at, H, H, m.dnet, 2 * H, m.shown, t * H)
    for j in range(H):
        error, r = load(m.error, j), load(m.act, t * 4 * H + j)
        store(m.dnet, j, error * load(m.c, t * H + j) * r * (1.0 - r))
        store(m.error, j, error * r)
        if s.after:
            store(g, s.at[CH] + j, load(g, s.at[CH] + j) + error * r)
        else:
            store(m.dh, j, load(m.dh, j) + error * r)
    if s.after:
        product_back(m.dh, 0, w, at, H, H, m.error, 0)
        outer(g, at, H, H, m.error, 0, m.h, t * H)
    net_back(s, w, g, m, x, t, 2 * H)
