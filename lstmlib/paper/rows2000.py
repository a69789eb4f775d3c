"""Table 2 of Gers, Schmidhuber and Cummins (2000), row by row: embedded Reber strings in streams that don't end."""

from typing import Any

from lstmlib.online.net2000 import Net2000
from lstmlib.paper.row import Reported, Row

NEGATIVE = (-0.5, -1.0, -1.5, -2.0)
POSITIVE = (0.5, 1.0, 1.5, 2.0)


# Name, method, what its net has, its task, and what the paper prints.
METHODS: tuple[tuple[str, str, dict[str, Any], dict[str, float | bool], Reported], ...] = (
    (
        "external-reset",
        "LSTM with external reset",
        {"forget_gates": False},
        {"resets": True},
        Reported(7441, 74.0, good=(0.0, None), rest=(26.0, 31.0)),
    ),
    (
        "standard",
        "LSTM",
        {"forget_gates": False},
        {},
        Reported(None, 0.0, good=(1.0, 1166.0), rest=(99.0, 37.0)),
    ),
    (
        "state-decay",
        "LSTM with state decay",
        {"forget_gates": False, "decay": 0.9},
        {},
        Reported(None, 0.0, good=(0.0, None), rest=(100.0, 56.0)),
    ),
    (
        "forget-gates",
        "LSTM with forget gates",
        {},
        {},
        Reported(18_889, 18.0, 424, good=(29.0, 39_171.0), rest=(53.0, 145.0)),
    ),
    (
        "forget-gates-alpha-decay",
        "the same with alpha decay",
        {},
        {"rate_decay": 0.99},
        Reported(14_087, 62.0, 424, good=(6.0, 68_464.0), rest=(32.0, 30.0)),
    ),
)


def streams() -> list[Row]:
    """Return the rows of the table: perfect nets, and how long the others go on without an error."""
    found = []
    for name, method, net, task, reported in METHODS:
        found.append(
            Row(
                f"gers-2000/{name}",
                "streams",
                method,
                Net2000(7, 4, 2, 7, **net),
                0.5,
                reported,
                trials=100,
                task=task,
                weight_range=0.2,
                input_gate_bias=NEGATIVE,
                forget_gate_bias=POSITIVE if net.get("forget_gates", True) else None,
                output_gate_bias=NEGATIVE,
                tolerance=0.49,
                cap=30_000,
                readings=("target", "right", "stream", "factor", *(["traces"] if "decay" in net else [])),
            )
        )
    return found
