"""Stands in for IPython in the page."""

version_info = (9, 0, 0)  # matplotlib asks


def get_ipython() -> None:
    """Return None: there is none."""
