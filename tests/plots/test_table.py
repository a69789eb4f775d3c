"""Tables are real ones, hold what they were given, and refuse rows that don't fit."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lstmlib.plots import scientific, show_table


def test_a_table_has_headings_for_columns_and_rows():
    table = show_table(("cell", "right"), [("LSTM", 9), ("a < b", "8 & 9")], "Nets that succeed")
    tree = ET.fromstring(table._repr_html_())
    assert [th.text for th in tree.iter("th")] == ["cell", "right", "LSTM", "a < b"]
    assert [th.get("scope") for th in tree.iter("th")] == ["col", "col", "row", "row"]
    assert [td.text for td in tree.iter("td")] == ["9", "8 & 9"]
    assert tree.find("table/caption").text == "Nets that succeed"
    assert ET.fromstring(show_table(("a",), [("b",)])._repr_html_()).find("table/caption") is None


def test_a_folded_table_shows_its_caption():
    tree = ET.fromstring(show_table(("cell", "right"), [("LSTM", 9)], "a < b", folded=True)._repr_html_())
    assert tree.tag == "details"
    assert tree.find("summary").text == "Table: a < b"
    assert tree.find("div/table").get("aria-label") == "a < b"
    assert tree.find("div/table/caption") is None
    with pytest.raises(ValueError, match="folded needs a caption"):
        show_table(("cell",), [("LSTM",)], folded=True)


def test_as_text_its_columns_stand_under_each_other():
    assert repr(show_table(("cell", "right"), [("LSTM 1997", 9)])) == "cell       right\nLSTM 1997  9"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="row 1 has 1 cells, expected 2"):
        show_table(("cell", "right"), [("LSTM", 9), ("GRU",)])


@pytest.mark.parametrize("header", [("", "right"), ("cell", " ")])
def test_every_column_has_a_heading(header: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="header has no word over column"):
        show_table(header, [("LSTM", 9)])


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.0096, "0.01"), (0.052, "0.05"), (12, "10"), (-3.4, "-3"), (3.4e-25, "3 × 10⁻²⁵"), (-2e6, "-2 × 10⁶")],
)
def test_small_and_large_numbers_are_shown_as_powers(value: float, said: str) -> None:
    assert scientific(value) == said.replace(" ", "\N{NO-BREAK SPACE}")


def test_as_many_digits_are_shown_as_asked() -> None:
    assert [scientific(value, 2) for value in (0.5432, 0.0038)] == ["0.54", "0.0038"]
    assert scientific(1.5e-23, 2).split("\N{NO-BREAK SPACE}") == ["1.5", "×", "10⁻²³"]


def test_without_digits_it_is_the_nearest_power_of_ten() -> None:
    assert [scientific(value, 0) for value in (3.0, 4.0, 0.05, 2e-23, np.float64(8e7))] == [
        "10⁰",
        "10¹",
        "10⁻¹",
        "10⁻²³",
        "10⁸",
    ]


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (np.nan, 1, "value is nan, expected"),
        (np.inf, 0, "is inf, expected"),
        (0, 0, "value is 0 and"),
        (5, -1, "are -1"),
    ],
)
def test_a_number_without_such_a_form_is_refused(value: float, digits: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        scientific(value, digits)


def test_a_number_below_0_has_a_minus_sign():
    shown = show_table(("value", "name"), [(-0.5, "marker -1"), ("-.5 (-1 to 0)", "-x")])
    assert shown.rows == [["−0.5", "marker -1"], ["−.5 (-1 to 0)", "-x"]]
