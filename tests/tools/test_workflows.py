"""What the workflows lean on is there: artefacts of each other, targets of the Makefile, files."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(name):
    return yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf8"))


def steps(name):
    """Return all steps of a workflow."""
    return [step for job in read(name)["jobs"].values() for step in job.get("steps", [])]


def uploaded(name):
    return {s["with"]["name"] for s in steps(name) if s.get("uses", "").startswith("actions/upload-artifact@")}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_a_limit_and_the_makefile_its_targets(path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf8"), re.MULTILINE))
    for job in read(path.stem)["jobs"].values():
        if "uses" in job:
            assert (ROOT / job["uses"]).exists()
            continue
        assert job.get("timeout-minutes", 0) > 0
        for step in job["steps"]:
            assert "@" in step.get("uses", "@")
            for line in re.findall(r"^make ([a-z ]+)|&& make ([a-z ]+)", step.get("run", ""), re.MULTILINE):
                assert set("".join(line).split()) <= targets


def test_what_is_published_is_what_all_tests_have_let_through():
    publish = read("publish")
    asked = publish[True]["workflow_run"]  # YAML reads "on" as a truth
    assert asked["workflows"] == [read("test")["name"]]
    assert "conclusion == 'success'" in publish["jobs"]["publish"]["if"]
    assert {"book", "printed", "notebooks"} <= uploaded("test")
    text = (ROOT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf8")
    assert set(re.findall(r"made/(\w+)", text)) <= uploaded("test")


def test_a_release_is_tested_and_has_everything_with_its_provenance():
    release = read("release")["jobs"]
    assert release["release"]["needs"] == "test"
    assert release["test"]["uses"].endswith("/test.yml")
    assert release["pypi"]["needs"] == "release"
    done = "\n".join(step.get("run", "") for step in release["release"]["steps"])
    assert set(re.findall(r"made/(\w+)", done)) <= uploaded("test")
    for made in ("python -m build", "printed/*", "site.zip", "gh release create"):
        assert made in done
    attested = [step["with"]["subject-path"] for step in steps("release") if "attest" in step.get("uses", "")]
    assert attested == ["dist/*"]
