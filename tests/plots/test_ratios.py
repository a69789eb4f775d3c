"""Every row of the paper has its line, with the number of nets that succeed."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from lstmlib.paper.beside import after, by_reading
from lstmlib.paper.rows import ROWS
from lstmlib.plots.ratios import plot_ratios

mpl.use("Agg")


def test_a_row_by_the_text_has_its_median_over_the_papers_mean():
    plot_ratios({name: by_reading(name) for name in ("table-9/6b", "table-9/6a")})
    axis = plt.gca()
    assert [label.get_text() for label in axis.get_yticklabels()] == ["9/6a", "9/6b"]
    circles = [line.get_xydata()[0] for line in axis.lines if line.get_marker() == "o" and len(line.get_xdata())]
    for k, name in enumerate(("table-9/6a", "table-9/6b")):
        (x,) = (x for x, y in circles if y == k)
        np.testing.assert_allclose(
            x, np.quantile(after(name), 0.5, method="inverted_cdf") / ROWS[name].reported.sequences
        )
    assert axis.texts[-1].get_text() == f"{np.isfinite(after('table-9/6b')).sum()} of {len(after('table-9/6b'))}"
    plt.close()
