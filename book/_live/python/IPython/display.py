"""What of IPython's display the library and the chapters use."""

from typing import Any

import live_page


class Markdown:
    """Text that is shown as it is written."""

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_markdown_(self) -> str:
        return self.data


class HTML:
    """A piece of a page."""

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_html_(self) -> str:
        return self.data


def display(*values: Any) -> None:
    """Show values."""
    for value in values:
        live_page.show(value)
