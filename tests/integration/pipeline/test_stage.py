"""`dvc-run-notebook`: from a notebook to a stage that has run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.integration.pipeline.project import SCRIPT, Ended, Project
from tests.unit.pipeline.notebooks import code, markdown, parameters, write_notebook

READ = "from pathlib import Path\nfrom mill import wear\nfolder = Path('../data')"
WRITE = "(folder / 'interim/x/x.txt').write_text(f'{plant} {wear.rate()}')"


@pytest.fixture
def project(project: Project) -> Project:
    script = project.root / "scripts" / SCRIPT.name
    script.parent.mkdir()
    script.write_bytes(SCRIPT.read_bytes())
    script.chmod(0o755)
    write_notebook(
        project.root / "notebooks/02_generate_dataset.ipynb",
        markdown("# Generate"),
        parameters("plant = 'mill'  # which plant\nhours = 24"),
        code(READ),
        code(WRITE),
    )
    return project


def ask(project: Project, *words: str, at: str = "scripts") -> Ended:
    up = "../" * len(Path(at).parts)
    return project.run(f"{up}scripts/dvc-run-notebook", *words, at=at)


HISTORICAL = ("interim/x", "../notebooks/02_generate_dataset.ipynb", "-d", "../data/raw/mill")


def test_the_historical_call_adds_a_stage_and_runs_it(project: Project) -> None:
    ended = ask(project, *HISTORICAL)
    assert ended.code == 0, ended.text
    stage = yaml.safe_load(project.read("dvc.yaml"))["stages"]["generate_dataset"]
    assert stage["deps"] == [
        ".faultcast/code/notebooks/02_generate_dataset.ipynb.json",
        "configs/plants/mill.yaml",
        "data/raw/mill",
    ]
    assert [*stage["outs"][0], *stage["outs"][1]] == [
        "data/interim/x",
        "reports/02_generate_dataset",
    ]
    assert project.read("data/interim/x/x.txt") == "mill 1"
    assert (project.root / "reports/02_generate_dataset/02_generate_dataset.html").is_file()
    assert "+  generate_dataset:" in ended.text
    assert project.run("dvc", "status").text.strip() == "Data and pipelines are up to date."


def test_calling_it_twice_changes_nothing(project: Project) -> None:
    assert ask(project, *HISTORICAL).code == 0
    before = project.files(".") | {"": b""}
    ended = ask(project, *HISTORICAL)
    assert ended.code == 0, ended.text
    assert "dvc.yaml: nothing to change" in ended.text
    assert "Nothing to do" in ended.text
    for path in ("dvc.yaml", "dvc.lock", "data/interim/x/x.txt"):
        assert project.files(".")[path] == before[path]


def test_another_folder_and_report_are_another_stage(project: Project) -> None:
    assert ask(project, *HISTORICAL, "--no-run").code == 0
    before = yaml.safe_load(project.read("dvc.yaml"))["stages"]
    again = ask(project, "interim/y", *HISTORICAL[1:], "--plant", "mill", "--no-run")
    assert again.code == 0, again.text
    after = yaml.safe_load(project.read("dvc.yaml"))["stages"]
    assert after["generate_dataset"] == before["generate_dataset"]
    assert "data/interim/y/mill" in after["generate_dataset-interim-y"]["outs"][0]


@pytest.mark.parametrize(
    ("at", "data"),
    [
        (".", "data/interim/x"),
        ("notebooks", "../data/interim/x"),
        ("data/raw/mill", "interim/x"),
        ("configs", "data/interim/x"),
    ],
)
def test_it_works_from_any_folder(project: Project, at: str, data: str) -> None:
    up = "../" * len(Path(at).parts)
    ended = ask(project, data, f"{up}notebooks/02_generate_dataset.ipynb", at=at)
    assert ended.code == 0, ended.text
    assert project.read("data/interim/x/x.txt") == "mill 1"


def test_the_chapters_own_example_is_told_what_to_write_instead(project: Project) -> None:
    notebook = "../notebooks/02_generate_dataset.ipynb"
    ended = ask(project, "interim", notebook, "-d", "../data/interim/")
    assert ended.code == 2
    assert (
        "data/interim is to be written and data/interim to be read by the same stage" in ended.text
    )
    proposed = ended.text.splitlines()[-1].split()
    assert proposed[:3] == ["./dvc-run-notebook", "interim/generate_dataset", notebook]
    assert not (project.root / "dvc.yaml").exists()


def test_without_arguments_it_prints_its_use_and_an_example(project: Project) -> None:
    ended = ask(project)
    assert "Usage:" in ended.text
    assert "./dvc-run-notebook" in ended.text


def test_blanks_in_names_are_no_matter(project: Project) -> None:
    project.write("data/raw/late readings/a b.csv", "1")
    write_notebook(
        project.root / "notebooks/my analyses/a b.ipynb",
        parameters("text = ''"),
        code("from pathlib import Path\nfolder = Path('../../data/interim/a b')"),
        code("(folder / 'x.txt').write_text(text)"),
    )
    ended = ask(
        project,
        *("interim/a b", "../notebooks/my analyses/a b.ipynb", "-d", "../data/raw/late readings"),
        *("-p", "text", 'it\'s = "a b" ${x} $HOME'),
    )
    assert ended.code == 0, ended.text
    assert project.read("data/interim/a b/x.txt") == 'it\'s = "a b" ${x} $HOME'
    assert project.run("dvc", "repro").text.strip().endswith("up to date.")


def test_several_plants_are_a_matrix(project: Project) -> None:
    write_notebook(
        project.root / "notebooks/03_count.ipynb",
        parameters("plant = 'mill'"),
        code("from pathlib import Path\nout = Path('../data/interim') / plant / 'count'"),
        code("(out / 'n.txt').write_text(plant)"),
    )
    ended = ask(
        project,
        *("interim/{plant}/count", "../notebooks/03_count.ipynb", "-d", "../data/raw/{plant}"),
        *("--plant", "mill", "press", "-j", "2"),
    )
    assert ended.code == 0, ended.text
    stage = yaml.safe_load(project.read("dvc.yaml"))["stages"]["count"]
    assert stage["matrix"] == {"plant": "${plants}"}
    assert "configs/plants/${item.plant}.yaml" in stage["deps"]
    assert "data/raw/${item.plant}" in stage["deps"]
    for plant in ("mill", "press"):
        assert project.read(f"data/interim/{plant}/count/n.txt") == plant
        assert (project.root / f"reports/{plant}/03_count/03_count.html").is_file()


def test_a_second_call_updates_the_stage(project: Project) -> None:
    assert ask(project, *HISTORICAL, "--no-run").code == 0
    project.write("dvc.yaml", f"# Ours.\n{project.read('dvc.yaml')}    desc: what for\n")
    ended = ask(project, *HISTORICAL, "-p", "hours", "48", "--no-run")
    assert ended.code == 0, ended.text
    text = project.read("dvc.yaml")
    assert text.startswith("# Ours.\n")
    assert "-p hours 48" in text
    assert "desc: what for" in text
    assert list(yaml.safe_load(text)["stages"]) == ["generate_dataset", "code"]


def test_a_dry_run_shows_and_writes_nothing(project: Project) -> None:
    ended = ask(project, *HISTORICAL, "--dry-run")
    assert ended.code == 0
    assert "+  generate_dataset:" in ended.text
    assert not (project.root / "dvc.yaml").exists()
    assert not (project.root / "data/interim").exists()


def test_parameters_from_a_section_are_tracked_by_dvc(project: Project) -> None:
    project.write("params.yaml", "plants: [mill, press]\ndataset: {hours: 36}\n")
    ended = ask(project, *HISTORICAL, "-f", "../params.yaml:dataset")
    assert ended.code == 0, ended.text
    project.write("params.yaml", "plants: [mill, press]\nother: 1\ndataset: {hours: 36}\n")
    assert "up to date" in project.run("dvc", "status").text
    project.write("params.yaml", "plants: [mill, press]\ndataset: {hours: 48}\n")
    assert "generate_dataset" in project.run("dvc", "status").text


REFUSED = {
    "overlapping outputs": (
        ("interim/x/deeper", "../notebooks/04_other.ipynb"),
        "the stage generate_dataset writes data/interim/x",
    ),
    "the same output": (
        ("interim/x", "../notebooks/04_other.ipynb"),
        "the stage generate_dataset writes data/interim/x",
    ),
    "a circle": (
        ("raw/mill", "../notebooks/04_other.ipynb", "-d", "../data/interim/x"),
        "the stages generate_dataset, other would wait for each other",
    ),
    "a path outside": (
        ("interim/y", "../notebooks/04_other.ipynb", "-d", "../../elsewhere.csv"),
        "../../elsewhere.csv: outside of the project",
    ),
    "data outside of data": (("../y", "../notebooks/04_other.ipynb"), "../y: not a folder"),
    "data as a whole": ((".", "../notebooks/04_other.ipynb"), "name a folder below data/"),
    "a taken name": (
        ("interim/y", "../notebooks/04_other.ipynb", "-n", "generate_dataset"),
        "there is a stage generate_dataset already",
    ),
    "an odd name": (("interim/y", "../notebooks/04_other.ipynb", "-n", "a.b"), "'a.b' is no name"),
    "an unknown plant": (
        ("interim/y", "../notebooks/04_other.ipynb", "--plant", "mil"),
        "plant 'mil' has no configuration",
    ),
    "an unknown parameter": (
        ("interim/y", "../notebooks/04_other.ipynb", "-p", "hour", "1"),
        "did you mean hours?",
    ),
    "a line break": (
        ("interim/y", "../notebooks/04_other.ipynb", "-p", "plant", "a\nb"),
        "has a line break",
    ),
    "no notebook": (("interim/y", "../notebooks/05_gone.ipynb"), "there is no such file"),
}


@pytest.fixture(scope="session")
def refusing(tmp_path_factory: pytest.TempPathFactory, _template: Project) -> Project:
    """Return a project with a stage, which refused requests leave as it is."""
    project = _template.copy(tmp_path_factory.mktemp("refusing") / "project")
    for name, source in (("02_generate_dataset", READ), ("04_other", "1")):
        cells = (parameters("plant = 'mill'; hours = 1"), code(source))
        write_notebook(project.root / f"notebooks/{name}.ipynb", *cells)
    (project.root / "scripts").mkdir()
    (project.root / "scripts/dvc-run-notebook").symlink_to(SCRIPT)
    assert (
        project.run("faultcast", "notebook", "stage", *HISTORICAL, "--no-run", at="scripts").code
        == 0
    )
    return project


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_possible_is_said_in_the_users_words(refusing: Project, case: str) -> None:
    words, message = REFUSED[case]
    before = refusing.read("dvc.yaml")
    ended = refusing.run("faultcast", "notebook", "stage", *words, at="scripts")
    assert ended.code == 2, ended.text
    assert message in ended.text
    assert "Traceback" not in ended.text
    assert refusing.read("dvc.yaml") == before


def test_an_output_in_which_git_tracks_files_is_refused(project: Project) -> None:
    project.write("data/external/source.md", "x")
    subprocess.run(["git", "add", "-f", "data/external/source.md"], cwd=project.root, check=True)
    ended = ask(project, "external", "../notebooks/02_generate_dataset.ipynb")
    assert ended.code == 2
    assert "git tracks data/external/source.md" in ended.text
