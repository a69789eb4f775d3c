"""What a page shows of the library's code is the code, without what is said to tools alone."""

import pytest

from lstmlib.plots import show_source


def shown(first, second=2):
    """Add, and say so."""
    total = first + second  # type: ignore[operator]
    unused = 0  # noqa: F841
    return 2 * total


def test_a_function_is_shown_without_its_docstring_and_without_marks_for_tools():
    assert show_source(shown).data == (
        f"```python\n# {__name__.replace('.', '/')}.py, shown\ndef shown(first, second=2):\n"
        "    total = first + second\n    unused = 0\n    return 2 * total\n```"
    )


def test_a_run_of_lines_is_shown_from_its_left_edge():
    assert show_source(shown, "total =", "total =").data.splitlines()[2:] == ["total = first + second", "```"]
    with pytest.raises(ValueError, match="shown has no line with 'nothing': the source changed"):
        show_source(shown, "nothing")
