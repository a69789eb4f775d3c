"""Wrong answers that students give to problem set 8, where tests can see them."""

from in_process import Wrong

PARTS = "(train - mean) / deviation, (test - mean) / deviation"
OWN = """past = list(train)
    for _ in test:
        past.append(np.r_[past[-p:], 1.0] @ weights)
    return np.array(past[-len(test):])"""

WRONG = [
    Wrong(
        "the test at the start",
        "parts",
        {"series[:-test], series[-test:]": "series[test:], series[:test]"},
        {"parts-split"},
    ),
    Wrong(
        "the test by its own mean",
        "parts",
        {"(test - mean) / deviation": "(test - test.mean()) / test.std()"},
        {"parts-leak"},
    ),
    Wrong(
        "scaled by all",
        "parts",
        {"train.mean(), train.std()": "np.r_[train, test].mean(), np.r_[train, test].std()"},
        {"parts-scale", "parts-leak"},
    ),
    Wrong("the mean alone", "parts", {PARTS: "train - mean, test - mean"}, {"parts-scale", "parts-leak"}),
    Wrong("targets off by one", "windows", {"series[n + 1 : n + T + 1]": "series[n : n + T]"}, {"windows-targets"}),
    Wrong("windows first", "windows", {"axis=1": "axis=0"}, {"windows-inputs", "windows-targets"}),
    Wrong(
        "two steps ahead",
        "windows",
        {"series[n + 1 : n + T + 1]": "series[n + 2 : n + T + 2]", "len(series) - T": "len(series) - T - 1"},
        {"windows-inputs", "windows-targets"},
    ),
    Wrong("no root", "naive", {"np.sqrt(np.mean(errors**2))": "np.mean(errors**2)"}, {"naive-last", "naive-cycle"}),
    Wrong(
        "the mean of the errors",
        "naive",
        {"np.sqrt(np.mean(errors**2))": "abs(np.mean(errors))"},
        {"naive-last", "naive-cycle"},
    ),
    Wrong("always the year before", "naive", {"-test - lag : -lag": "-test - 1 : -1"}, {"naive-cycle"}),
    Wrong("no constant", "linear", {", 1.0]": ", 0.0]"}, {"linear-constant", "linear-honest"}),
    Wrong(
        "fitted on all",
        "linear",
        {"rows(train, p), train[p:]": "rows(np.r_[train, test], p), np.r_[train, test][p:]"},
        {"linear-honest"},
    ),
    Wrong(
        "fed with its own forecasts",
        "linear",
        {"return rows(np.concatenate([train, test]), len(train)) @ weights": OWN},
        {"linear-honest"},
    ),
    Wrong(
        "off by one",
        "linear",
        {
            "for t in range(start, len(series))": "for t in range(start - 1, len(series) - 1)",
            "rows(train, p), train[p:]": "rows(train, p + 1), train[p:-1]",
        },
        {"linear-exact", "linear-constant", "linear-honest"},
    ),
]
