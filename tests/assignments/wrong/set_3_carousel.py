"""Wrong answers that students give to problem set 3."""

from in_process import Wrong

ERRORS = {"errors-last", "errors-any"}
ENTRY = {"entry-open", "entry-door"}
SPREAD = {"spread-open", "spread-sigma", "spread-ajar"}
SUM = "np.cumsum(arriving[::-1], axis=0)[::-1]"

WRONG = [
    Wrong("the slope itself", "line", {"1 / a": "a"}, {"line-weight"}),
    Wrong("always 1", "line", {"1 / a": "1.0"}, {"line-weight"}),
    Wrong("the weight alone", "line", {"(a * w) ** q": "w**q"}, {"line-kept"}),
    Wrong("times for to the power", "line", {"(a * w) ** q": "a * w * q"}, {"line-kept"}),
    Wrong(
        "left door on the content",
        "safe",
        {"np.cumsum(i * np.tanh(x @ W.T + b), axis=0)": "np.cumsum(np.tanh(x @ W.T + b), axis=0) * i"},
        {"safe-left"},
    ),
    Wrong("no left door", "safe", {"i * np.tanh": "np.tanh"}, {"safe-left"}),
    Wrong("no right door", "safe", {"o * np.tanh(s)": "np.tanh(s)"}, {"safe-right"}),
    Wrong("right door on the content", "safe", {"y = o * np.tanh(s)": "s = o * s; y = np.tanh(s)"}, {"safe-right"}),
    Wrong("doors swapped", "safe", {"i * np": "o * np", "y = o *": "y = i *"}, {"safe-left", "safe-right"}),
    Wrong("shown unsquashed", "safe", {"o * np.tanh(s)": "o * s"}, {"safe-shows", "safe-right"}),
    Wrong(
        "nothing is kept",
        "safe",
        {"np.cumsum(i * np.tanh(x @ W.T + b), axis=0)": "i * np.tanh(x @ W.T + b)"},
        {"safe-adds", "safe-left", "safe-shows", "safe-right"},
    ),
    Wrong("cut in time", "errors", {SUM: "arriving"}, {"errors-constant", "errors-any"}),
    Wrong("forwards in time", "errors", {SUM: "np.cumsum(arriving, axis=0)"}, ERRORS | {"errors-constant"}),
    Wrong("no right door", "errors", {"o * dy": "dy"}, ERRORS),
    Wrong("door on the loop", "errors", {"o * dy": "dy", SUM: f"o * {SUM}"}, {"errors-any"}),
    Wrong("no slope", "errors", {" * (1 - np.tanh(s) ** 2)": ""}, ERRORS),
    Wrong("s taken for its squash", "errors", {"np.tanh(s) ** 2": "s**2"}, ERRORS),
    Wrong(
        "off by one",
        "errors",
        {f"return {SUM}": f"return {SUM} - arriving"},
        {"errors-last", "errors-constant", "errors-any"},
    ),
    Wrong("no left door", "entry", {"i * ds": "ds"}, {"entry-door"}),
    Wrong("no slope", "entry", {" * (1 - g**2)": ""}, {"entry-open"}),
    Wrong("transposed", "entry", {"->hd": "->dh"}, ENTRY),
    Wrong("averaged", "entry", {"dnet, x)": "dnet, x) / len(x)"}, ENTRY),
    Wrong("bias averaged", "entry", {"dnet.sum(axis=(0, 1))": "dnet.mean(axis=(0, 1))"}, {"entry-bias"}),
    Wrong("bias of each sequence", "entry", {"dnet.sum(axis=(0, 1))": "dnet.sum(axis=0)"}, {"entry-bias"}),
    Wrong(
        "no absolute value outside",
        "undone",
        {"np.abs(pushes.sum())": "pushes.sum()"},
        {"undone-ends", "undone-between"},
    ),
    Wrong("nothing by nothing", "undone", {" if total else 0.0": ""}, {"undone-ends"}),
    Wrong(
        "the share that is left",
        "undone",
        {"1 - np.abs(pushes.sum()) / total": "np.abs(pushes.sum()) / total"},
        {"undone-ends", "undone-between"},
    ),
    Wrong(
        "half of it", "undone", {"np.abs(pushes.sum()) / total": "np.sign(np.abs(pushes.sum()))"}, {"undone-between"}
    ),
    Wrong("spreads added", "spread", {"np.sqrt(np.cumsum(i**2))": "np.cumsum(i)"}, SPREAD),
    Wrong("the door's root", "spread", {"i**2": "i"}, {"spread-ajar"}),
    Wrong("the variance", "spread", {"sigma * np.sqrt(np.cumsum(i**2))": "sigma**2 * np.cumsum(i**2)"}, SPREAD),
    Wrong("no sigma", "spread", {"sigma * ": ""}, {"spread-sigma"}),
    Wrong("spreads added", "steps", {"100\n": "10\n", "10_000": "100"}, {"steps-open", "steps-ajar"}),
    Wrong("the door's root", "steps", {"10_000": "1000"}, {"steps-ajar"}),
    Wrong("off by one", "steps", {"100\n": "99\n"}, {"steps-open"}),
]
