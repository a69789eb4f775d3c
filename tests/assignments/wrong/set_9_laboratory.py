"""Wrong answers that students give to problem set 9."""

from in_process import Wrong

PAIR = "(counted[(n - 1) // 2] + counted[n // 2]) / 2"
AS_INFINITE = "np.where(solved, np.asarray(sequences, float), np.inf)"
LOOP = """for x_t in x:
        y = learner.step(x_t)
    learner.add_error(target)
    learner.update(rate)"""
AGAIN = "learner.update(rate)\n    learner.reset()\n    y = [learner.step(one) for one in x][-1]\n"
SLOPE = "np.polyfit(np.log(lags), np.log(counts), 1)[0]"
ENDS = "np.log(counts[-1] / counts[0]) / np.log(lags[-1] / lags[0])"

WRONG = [
    Wrong("the last sequence not counted", "learnt", {"len(wrong) + 1)": "len(wrong))"}, {"learnt-clean"}),
    Wrong(
        "an index, not a count",
        "learnt",
        {"return shown": "return shown - 1"},
        {"learnt-clean", "learnt-wrong", "learnt-error"},
    ),
    Wrong("the error is ignored", "learnt", {" and np.mean(error[last]) < below": ""}, {"learnt-error"}),
    Wrong("the mean of all errors so far", "learnt", {"error[last]": "error[:shown]"}, {"learnt-error"}),
    Wrong("wrong ones are ignored", "learnt", {"not np.any(wrong[last]) and ": ""}, {"learnt-wrong"}),
    Wrong(
        "windows side by side, not sliding",
        "learnt",
        {"len(wrong) + 1)": "len(wrong) + 1, window)"},
        {"learnt-wrong", "learnt-error"},
    ),
    Wrong(
        "one wrong in all is allowed", "learnt", {"not np.any(wrong[last])": "wrong[last].sum() <= 1"}, {"learnt-wrong"}
    ),
    Wrong("at least one right", "passing", {"return (1 - p) ** n": "return 1 - p**n"}, {"passing-luck"}),
    Wrong("all wrong", "passing", {"return (1 - p) ** n": "return p**n"}, {"passing-luck"}),
    Wrong(
        "the share that is right", "passing", {"return 1 - chance": "return chance"}, {"passing-share", "passing-limit"}
    ),
    Wrong(
        "in proportion", "passing", {"1 - chance ** (1 / n)": "(1 - chance) / n"}, {"passing-share", "passing-limit"}
    ),
    Wrong("95 percent for 5", "passing", {"share(2560, 0.05)": "share(2560, 0.95)"}, {"passing-limit"}),
    Wrong("typed in percent", "passing", {"share(2560, 0.05)": "0.117"}, {"passing-limit"}),
    Wrong("no reset", "trial", {"learner.reset()": "pass"}, {"trial-order", "trial-learns"}),
    Wrong(
        "an error at every step",
        "trial",
        {LOOP: LOOP.replace("    learner.add", "        learner.add", 1)},
        {"trial-order", "trial-learns"},
    ),
    Wrong("the weights never change", "trial", {"    learner.update(rate)\n": ""}, {"trial-order", "trial-learns"}),
    Wrong(
        "the error after the change",
        "trial",
        {"learner.update(rate)\n": AGAIN},
        {"trial-order", "trial-learns"},
    ),
    Wrong("signed errors", "trial", {"np.abs(target - y).max()": "(target - y).max()"}, {"trial-learns"}),
    Wrong("the mean error", "trial", {"np.abs(target - y).max()": "np.abs(target - y).mean()"}, {"trial-learns"}),
    Wrong("good ones in all, not in a row", "trial", {"else 0\n": "else good\n"}, {"trial-success", "trial-failure"}),
    Wrong("equal to the tolerance is good", "trial", {"one() < tolerance": "one() <= tolerance"}, {"trial-success"}),
    Wrong("always a success", "trial", {"return most, False": "return most, True"}, {"trial-failure"}),
    Wrong(
        "one sequence too few", "trial", {"range(1, most + 1)": "range(1, most)"}, {"trial-success", "trial-failure"}
    ),
    Wrong(
        "those that failed left out",
        "middle",
        {AS_INFINITE: "np.asarray(sequences, float)[solved]"},
        {"middle-some", "middle-most"},
    ),
    Wrong(
        "given up counts as it stands",
        "middle",
        {AS_INFINITE: "np.asarray(sequences, float)"},
        {"middle-some", "middle-most"},
    ),
    Wrong("the mean", "middle", {PAIR: "counted.mean()"}, {"middle-all", "middle-some"}),
    Wrong("the upper of two", "middle", {PAIR: "counted[n // 2]"}, {"middle-all", "middle-some"}),
    Wrong("not sorted", "middle", {"np.sort(np.where": "np.asarray(np.where"}, {"middle-all", "middle-some"}),
    Wrong("one tail", "sign", {"min(1.0, 2 * tail)": "min(1.0, tail)"}, {"sign-clear", "sign-mixed", "sign-ties"}),
    Wrong(
        "this case alone", "sign", {"range(min(wins, losses) + 1)": "[min(wins, losses)]"}, {"sign-mixed", "sign-ties"}
    ),
    Wrong("a probability above 1", "sign", {"min(1.0, 2 * tail)": "2 * tail"}, {"sign-mixed", "sign-ties"}),
    Wrong("ties are losses", "sign", {"n = wins": "losses = len(first) - wins\n    n = wins"}, {"sign-ties"}),
    Wrong("wins of the first alone", "sign", {"min(wins, losses) + 1": "losses + 1"}, {"sign-clear", "sign-mixed"}),
    Wrong("a line over the lag itself", "power", {"np.log(lags)": "lags"}, {"power-exact", "power-fit"}),
    Wrong(
        "the other way round",
        "power",
        {"np.log(lags), np.log(counts)": "np.log(counts), np.log(lags)"},
        {"power-exact", "power-fit"},
    ),
    Wrong(
        "the ends alone",
        "power",
        {SLOPE: ENDS},
        {"power-fit"},
    ),
    Wrong("the factor, not the exponent", "power", {"1)[0]": "1)[1]"}, {"power-exact", "power-fit"}),
    Wrong("two roundings", "once", {"float(Fraction(a) * Fraction(b) + Fraction(c))": "a * b + c"}, {"once-rounded"}),
    Wrong("the product rounded", "once", {"Fraction(a) * Fraction(b)": "Fraction(a * b)"}, {"once-rounded"}),
    Wrong("c is forgotten", "once", {" + Fraction(c)": ""}, {"once-plain", "once-rounded"}),
    Wrong(
        "as it is printed",
        "once",
        {"float(Fraction(a) * Fraction(b) + Fraction(c))": "round(a * b + c, 12)"},
        {"once-rounded"},
    ),
]
