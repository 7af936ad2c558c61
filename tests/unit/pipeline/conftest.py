"""A small project with DVC, for tests that run inside of this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.pipeline.notebooks import code, markdown, parameters, write_notebook


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with two plants, a package, two notebooks and an empty DVC repository."""
    from dvc.repo import Repo

    root = tmp_path / "project"
    for path, text in {
        "params.yaml": "plants: [mill, press]\n",
        ".dvcignore": "__pycache__/\n",
        "configs/plants/mill.yaml": "title: Mill\n",
        "configs/plants/press.yaml": "title: Press\n",
        "data/raw/mill/telemetry.csv": "1\n",
        "data/raw/press/telemetry.csv": "1\n",
        "src/mill/__init__.py": "",
        "src/mill/wear.py": "rate = 1\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for name in ("02_wear", "03_heat"):
        write_notebook(
            root / f"notebooks/{name}.ipynb",
            markdown("# Wear"),
            parameters("plant = 'mill'  # which plant\nhours = 24"),
            code("from pathlib import Path\nfrom mill import wear"),
            code(f"Path('../data/interim/{name}/x').write_text(f'{{plant}} {{hours}}')"),
        )
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.chdir(root)
    Repo.init(str(root), no_scm=True).close()
    return root
