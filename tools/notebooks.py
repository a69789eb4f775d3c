"""Run notebooks and store their outputs so that every machine writes the same bytes.

    python tools/notebooks.py book/sequences.ipynb ...      # all of book/ if none is named

The first code cell is written anew (see address.py), the rest is run from top to bottom. Left out of what is stored:
times, widget models (the page has the custom element), and the kernel's exact version. Plots are stored with 256
colours, a third of their bytes: so two pixels for one cost less than one did with all.
"""

import base64
import io
import os
import sys
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

from address import ROOT, install_cell

# Trained nets amplify the last bit of a product, in which OpenBLAS differs from one kind of processor to another. So
# outputs are stored with the kernels of every x86 since 2013; on other processors the name is unknown and does nothing.
ARITHMETIC = ("OPENBLAS_CORETYPE", "Haswell")
WIDGET = "application/vnd.jupyter.widget-view+json"


def first_code_cell(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the first code cell."""
    return next(cell for cell in notebook.cells if cell.cell_type == "code")


def with_few_colours(png: bytes) -> bytes:
    """Return a picture with at most 256 colours, transparency among them, or itself if it has a palette already.

    Pillow's octree says which pixels share a colour. Where most of them have the same it is theirs, so that white stays
    white and a line keeps the colour of its role.
    """
    with Image.open(io.BytesIO(png)) as picture:
        if picture.mode == "P":
            return png
        full, dpi = picture.convert("RGBA"), picture.info["dpi"]
    few = full.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    places = np.asarray(few).ravel().astype(np.uint64)
    pairs, counts = np.unique(places << 32 | np.asarray(full).view(">u4").ravel(), return_counts=True)
    palette = np.frombuffer(few.palette.getdata()[1], dtype=">u4").copy()
    of_place = np.bincount(places.astype(int))
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        if 2 * count > of_place[pair >> 32]:
            palette[pair >> 32] = pair & 0xFFFFFFFF
    few.putpalette(palette.tobytes(), "RGBA")
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True, dpi=dpi)
    return written.getvalue()


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Take out what differs from run to run or from machine to machine, and colours that nobody can tell apart."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
            output.get("metadata", {}).pop(WIDGET, None)
            if "image/png" in output.get("data", {}):
                png = with_few_colours(base64.b64decode(output.data["image/png"]))
                output.data["image/png"] = base64.b64encode(png).decode()


def run(path: Path) -> None:
    """Execute one notebook in place."""
    notebook = nbformat.read(path, as_version=4)
    cell = first_code_cell(notebook)
    cell.source = install_cell()
    cell.metadata["tags"] = ["remove-cell"]
    options = {"timeout": 1800, "record_timing": False, "store_widget_state": False, "kernel_name": "python3"}
    options["coalesce_streams"] = True  # what one cell prints is one output, however the kernel cut it
    options |= {"iopub_timeout": 600, "raise_on_iopub_timeout": True}  # else a busy machine drops what comes late
    NotebookClient(notebook, **options).execute()
    tidy(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def main() -> None:
    """Run what the command line names."""
    os.environ.setdefault(*ARITHMETIC)
    paths = [Path(name) for name in sys.argv[1:]] or sorted((ROOT / "book").glob("*.ipynb"))
    for path in paths:
        print(f"running {path.name} ...", flush=True)
        try:
            run(path)
        except CellExecutionError as error:
            sys.exit(f"{path}: a cell failed, nothing was written. Mend it and run this again.\n{error}")


if __name__ == "__main__":
    main()
