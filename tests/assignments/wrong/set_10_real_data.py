"""Wrong answers that students give to problem set 10."""

from in_process import Wrong

ALIKE = '" ".join(text.lower().split())'
PARTS = "place == len(labels) or labels[place] != labels[first]"
BOTH = "2 * agree / (sum(len(a) for a, _ in pairs) + sum(len(b) for _, b in pairs))"
EACH = "np.mean([2 * len(a & b) / (len(a) + len(b)) for a, b in pairs])"
WORDS = "np.mean([x == y for a, b in zip(found, true) for x, y in zip(a, b)])"
WITHOUT = "half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))"
CLOSED = "np.array([p + z**2 / (2 * n) - half, p + z**2 / (2 * n) + half]) / (1 + z**2 / n)"
F1 = {"parts-half", "parts-together"}
BITS = {"bits-none", "bits-unseen", "bits-context"}

WRONG = [
    Wrong("capitals count", "twins", {f"alike = [{ALIKE}": 'alike = [" ".join(text.split())'}, {"twins-count"}),
    Wrong("the twins' pairs", "twins", {"len(alike) - len(set(alike))": "len(set(alike))"}, {"twins-count"}),
    Wrong("spaces count", "twins", {f"alike = [{ALIKE}": "alike = [text.lower().strip()"}, {"twins-count"}),
    Wrong(
        "twins are torn apart", "twins", {f"groups.setdefault({ALIKE}": "groups.setdefault(place"}, {"twins-together"}
    ),
    Wrong(
        "the first groups",
        "twins",
        {"reversed(groups.values())": "groups.values()"},
        {"twins-apart", "twins-together"},
    ),
    Wrong("one group too many", "twins", {">= share": "> share"}, {"twins-apart", "twins-together"}),
    Wrong(
        "the learning part holds the test",
        "twins",
        {" if place not in set(test)": ""},
        {"twins-apart", "twins-together"},
    ),
    Wrong("natural logarithms", "bits", {"np.log2(p)": "np.log(p)"}, BITS),
    Wrong("nothing added", "bits", {"[k - n : k + 1]] + 1)": "[k - n : k + 1]] + 1e-9)"}, BITS),
    Wrong("added above alone", "bits", {" + len(letters))": " + 1)"}, BITS),
    Wrong(
        "the last context counts", "bits", {"range(n, len(train)))\n    p": "range(n, len(train) + 1))\n    p"}, BITS
    ),
    Wrong("the sum", "bits", {"-np.mean(": "-np.sum("}, BITS),
    Wrong("times, not divided", "bits", {"1.5 / np.log(2)": "1.5 * np.log(2)"}, {"bits-loss"}),
    Wrong("the loss itself", "bits", {"1.5 / np.log(2)": "1.5"}, {"bits-loss"}),
    Wrong("a perplexity", "bits", {"1.5 / np.log(2)": "np.exp(1.5)"}, {"bits-loss"}),
    Wrong("rows for columns", "pad", {"in sequences]).T": "in sequences])"}, {"pad-batch"}),
    Wrong(
        "padding in front", "pad", {"[*each, *[0] * (T - len(each))]": "[*[0] * (T - len(each)), *each]"}, {"pad-batch"}
    ),
    Wrong("0 is no word", "pad", {"return x, mask": "return x, x > 0"}, {"pad-batch"}),
    Wrong("the mean over all steps", "pad", {"/ counts[:, None]": "/ len(h)"}, {"pad-mean", "pad-empty"}),
    Wrong("padding is added", "pad", {"(h * mask[..., None])": "h"}, {"pad-mean", "pad-empty"}),
    Wrong(
        "the last word alone",
        "pad",
        {"(h * mask[..., None]).sum(axis=0) / counts[:, None]": "h[-1]"},
        {"pad-mean", "pad-empty"},
    ),
    Wrong("0 through 0", "pad", {"np.maximum(mask.sum(axis=0), 1)": "mask.sum(axis=0)"}, {"pad-empty"}),
    Wrong("a part a word", "parts", {PARTS: "True"}, {"parts-one", "parts-half", "parts-together"}),
    Wrong("the last part is lost", "parts", {"range(1, len(labels) + 1)": "range(1, len(labels))"}, {"parts-one"} | F1),
    Wrong(
        "the last place, not the one behind",
        "parts",
        {"(first, place, labels": "(first, place - 1, labels"},
        {"parts-one"},
    ),
    Wrong("the mean over addresses", "parts", {BOTH: EACH}, {"parts-together"}),
    Wrong("words that agree", "parts", {BOTH: WORDS}, {"parts-half", "parts-together"}),
    Wrong("precision alone", "parts", {BOTH: "agree / sum(len(a) for a, _ in pairs)"}, {"parts-together"}),
    Wrong("recall alone", "parts", {BOTH: "agree / sum(len(b) for _, b in pairs)"}, {"parts-together"}),
    Wrong("the 2 is forgotten", "parts", {"2 * agree": "agree"}, F1 | {"parts-perfect"}),
    Wrong("back to front", "reading", {"np.diff(points, axis=1)": "-np.diff(points, axis=1)"}, {"reading-moves"}),
    Wrong(
        "steps from the first point",
        "reading",
        {"np.diff(points, axis=1)": "(points[:, 1:] - points[:, :1])"},
        {"reading-moves"},
    ),
    Wrong("all x, then all y", "reading", {"axis=1).reshape": "axis=1).transpose(0, 2, 1).reshape"}, {"reading-moves"}),
    Wrong(
        "the place, not the digit",
        "reading",
        {"digit[((known": "[((known", ".argmin()]": ".argmin()][0]"},
        {"reading-nearest"},
    ),
    Wrong("the furthest", "reading", {".argmin()": ".argmax()"}, {"reading-nearest"}),
    Wrong("differences without the square", "reading", {"((known - row) ** 2)": "(known - row)"}, {"reading-nearest"}),
    Wrong(
        "the plain interval",
        "reading",
        {WITHOUT: "half = z * np.sqrt(p * (1 - p) / n)", CLOSED: "np.array([p - half, p + half])"},
        {"reading-interval"},
    ),
    Wrong("a standard error, not 1.96 of them", "reading", {"z, p = 1.96": "z, p = 1.0"}, {"reading-interval"}),
    Wrong("not divided", "reading", {" / (1 + z**2 / n)\n": "\n"}, {"reading-interval"}),
    Wrong("the day before, from the future", "ahead", {"k % period": "k"}, {"ahead-beyond"}),
    Wrong("the first period", "ahead", {"len(past) - period + k": "k"}, {"ahead-within", "ahead-beyond"}),
    Wrong(
        "the last number, for ever",
        "ahead",
        {"len(past) - period + k % period": "-1"},
        {"ahead-within", "ahead-beyond"},
    ),
    Wrong(
        "off by one", "ahead", {"period + k % period": "period + (k + 1) % period"}, {"ahead-within", "ahead-beyond"}
    ),
    Wrong(
        "squares",
        "ahead",
        {"np.abs(past[period:] - past[:-period])": "(past[period:] - past[:-period]) ** 2"},
        {"ahead-scaled"},
    ),
    Wrong("not scaled", "ahead", {" / rule": ""}, {"ahead-scaled"}),
    Wrong(
        "a difference, not a period's", "ahead", {"past[period:] - past[:-period]": "np.diff(past)"}, {"ahead-scaled"}
    ),
]
