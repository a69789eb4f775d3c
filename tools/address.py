"""The repository's public address, read from pyproject.toml, and what follows from it."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def repository() -> str:
    """Return the address, without a slash at its end."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["urls"]["Repository"]).rstrip("/")


def pages() -> str:
    """Return where the forge publishes the book."""
    owner, name = repository().split("/")[-2:]
    return f"https://{owner}.github.io/{name}/"


def discussions() -> str:
    """Return where readers ask and answer: the repository's discussions, which its owner switches on."""
    return f"{repository()}/discussions"


# The branch that holds the notebooks as every viewer shows them; Colab and Binder open these.
NOTEBOOKS = "notebooks"


def install_cell() -> str:
    """Return the source of every notebook's first code cell."""
    return (
        "# Alone in Colab, this installs the book's library; anywhere else it does nothing.\n"
        "import sys\n"
        "\n"
        'if "google.colab" in sys.modules:\n'
        f'    %pip install -q "lstmlib[notebooks,paper,torch] @ git+{repository()}"\n'
        "    from importlib.util import find_spec\n"
        "\n"
        '    if find_spec("lstmlib") is None:  # a failed %pip stops nothing\n'
        '        raise RuntimeError("lstmlib could not be installed; the lines above say why. Nothing below can run.")'
    )
