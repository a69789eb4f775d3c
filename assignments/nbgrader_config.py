"""The problem sets as a course of nbgrader: this folder is its root, and every nbgrader command can be run in it.

source/<set>/<set>.ipynb   one notebook a set: text, solutions, visible and hidden tests
release/ submitted/ autograded/ feedback/ gradebook.db   what nbgrader makes of it, never in the repository
"""

import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here))  # for sealed.py
c = get_config()  # noqa: F821 (nbgrader runs this file with it)

c.CourseDirectory.course_id = "memory-cell"
c.CourseDirectory.root = str(here)
# Several submissions are graded side by side; each waits for its turn to write.
c.CourseDirectory.db_url = f"sqlite:///{here / 'gradebook.db'}?timeout=120"

# A cell that runs longer is interrupted and counts as failed; the cells after it are graded all the same.
c.SealedExecute.timeout = 30  # seconds
c.SealedExecute.iopub_timeout = 30
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "sealed.SealedExecute",  # in the place of nbgrader's own: see sealed.py
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GenerateFeedback.exporter_class = "inert.SealedPage"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "sealed.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "*Your answer here.*"
