"""Tables as a page shows them: real ones, which a screen reader can walk through and a phone can scroll."""

import math
import re
from collections.abc import Iterable, Sequence
from html import escape


class Table:
    """A table with a heading for each column and, in its first column, for each row.

    Shown as the last line of a cell: HTML on a page and in JupyterLab, aligned text elsewhere.

    Attributes:
        header: what stands over each column.
        rows: the cells, row by row, as text.
        caption: what the table shows, or nothing where the text around it says so.
        folded: whether a page shows the caption alone until the reader opens it.
    """

    def __init__(self, header: Sequence[str], rows: list[list[str]], caption: str, folded: bool) -> None:
        self.header, self.rows, self.caption, self.folded = list(header), rows, caption, folded

    def _repr_html_(self) -> str:
        said = escape(self.caption)
        caption = f"<caption>{said}</caption>" if said and not self.folded else ""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.header)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
            for first, *rest in self.rows
        )
        inside = f"{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        if not self.folded:
            return f'<div class="book-table"><table>{inside}</div>'
        return (
            f'<details class="book-fold"><summary>Table: {said}</summary>'
            f'<div class="book-table"><table aria-label="{said}">{inside}</div></details>'
        )

    def __repr__(self) -> str:
        lines = [self.header, *self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.header))]
        aligned = ("  ".join(c.ljust(width) for c, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join(line.rstrip() for line in aligned)


def show_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "", *, folded: bool = False
) -> Table:
    """Return a table for the last line of a cell.

    Args:
        header: what stands over each column, the first too: a screen reader says it with every cell.
        rows: the cells, row by row; each is shown as ``str`` gives it, so round before. One that begins with a number
            below 0 gets a minus sign for its hyphen.
        caption: what the table shows, or nothing where the text around it says so.
        folded: whether a page shows the caption alone until the reader opens it: for tests and the like, whose
            result the text says.

    Raises:
        ValueError: a heading without a word; a row that is longer or shorter than the header; a folded table
            without a caption.
    """
    for column, name in enumerate(header):
        if not name.strip():
            raise ValueError(f"header has no word over column {column}: {header!r}; expected one for every column")
    shown = [[re.sub(r"^-(?=[.\d])", "−", str(cell)) for cell in row] for row in rows]
    for number, row in enumerate(shown):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} cells, expected {len(header)} as in the header")
    if folded and not caption.strip():
        raise ValueError("folded needs a caption, which is all that is seen of a folded table")
    return Table(header, shown, caption, folded)


def scientific(value: float, digits: int = 1) -> str:
    """Return a number as pages show those that span many powers of ten: 0.05, 20, 3 × 10⁻²⁵; with no digits, 10⁻²⁵.

    No line breaks inside it.

    Args:
        value: any number; from 0.001 to below 1000 it is written out.
        digits: how many of it are shown. With 0 only its order of magnitude, always as the nearest power of ten.

    Raises:
        ValueError: a number that isn't finite; fewer digits than 0; the order of magnitude of 0 or less.
    """
    if not math.isfinite(value):
        raise ValueError(f"value is {value}, expected a finite number")
    if digits < 0 or (digits == 0 and value <= 0):
        raise ValueError(f"value is {value} and digits are {digits}, expected digits from 0, and above 0 for no digits")
    if digits == 0:
        return _power(round(math.log10(value)))
    said = f"{value:.{digits - 1}e}"
    if value == 0 or 0.001 <= abs(float(said)) < 1000:
        return f"{float(said):g}"
    number, power = said.split("e")
    return f"{number}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{_power(int(power))}"


def _power(exponent: int) -> str:
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
