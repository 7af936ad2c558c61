from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.errors import BrokenModuleError
from faultcast.pipeline.closure import SourceTree


def tree(folder: Path, **modules: str) -> SourceTree:
    """Write modules, whose names have `__` for a dot, and packages' `__init__.py` around them."""
    for name, source in modules.items():
        path = folder.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for parent in path.relative_to(folder).parents:
            if parent.name:
                (folder / parent / "__init__.py").touch()
        path.write_text(source)
    return SourceTree(folder)


def names(found: frozenset[Path], folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in found if one.name != "__init__.py"}


@pytest.mark.parametrize(
    "statement",
    [
        "import mill.wear",
        "import mill.wear as w",
        "from mill import wear",
        "from mill.wear import rate",
        "from mill.wear import *",
        "def f():\n    from mill.wear import rate",
        "if True:\n    try:\n        import mill.wear\n    except ImportError:\n        pass",
        "if TYPE_CHECKING:\n    x = 1\nelse:\n    import mill.wear",
    ],
)
def test_every_form_of_import_counts(tmp_path: Path, statement: str) -> None:
    source = tree(tmp_path, mill__wear="rate = 1", mill__other="")
    assert names(source.closure([statement]), tmp_path) == {"mill/wear.py"}


def test_imports_of_imports_count(tmp_path: Path) -> None:
    source = tree(
        tmp_path,
        mill__a="from mill.b import x",
        mill__b="def f():\n    import mill.sub.c",
        mill__sub__c="from .d import y\nfrom ..e import z",
        mill__sub__d="",
        mill__e="import mill.a",
        mill__unused="",
    )
    expected = {"mill/a.py", "mill/b.py", "mill/sub/c.py", "mill/sub/d.py", "mill/e.py"}
    assert names(source.closure(["import mill.a"]), tmp_path) == expected


def test_packages_on_the_way_count_and_what_they_import(tmp_path: Path) -> None:
    source = tree(tmp_path, mill__sub__a="", mill__b="")
    (tmp_path / "mill/sub/__init__.py").write_text("from mill import b")
    found = source.closure(["from mill.sub.a import x"])
    assert {one.relative_to(tmp_path).as_posix() for one in found} == {
        "mill/__init__.py",
        "mill/sub/__init__.py",
        "mill/sub/a.py",
        "mill/b.py",
    }


def test_imports_for_type_checkers_alone_do_not_count(tmp_path: Path) -> None:
    source = tree(tmp_path, mill__wear="")
    code = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mill import wear"
    assert names(source.closure([code]), tmp_path) == set()


def test_installed_packages_do_not_count(tmp_path: Path) -> None:
    source = tree(tmp_path, mill__wear="import numpy as np\nimport polars")
    assert names(source.closure(["import json, mill.wear"]), tmp_path) == {"mill/wear.py"}


def test_templates_beside_a_module_count(tmp_path: Path) -> None:
    source = tree(tmp_path, mill__pages__page="", mill__wear="", mill__pages__code__x="")
    (tmp_path / "mill/pages/templates/parts").mkdir(parents=True)
    for file in ("pages/style.css", "pages/templates/parts/head.j2", "pages/code/x.sql"):
        (tmp_path / "mill" / file).touch()
    (tmp_path / "mill/pages/__pycache__").mkdir()
    (tmp_path / "mill/pages/__pycache__/page.pyc").touch()
    found = names(source.closure(["import mill.pages.page"]), tmp_path)
    assert found == {
        "mill/pages/page.py",
        "mill/pages/style.css",
        "mill/pages/templates/parts/head.j2",
    }
    assert names(source.closure(["import mill.wear"]), tmp_path) == {"mill/wear.py"}


def test_a_module_that_is_not_python_is_named_with_its_line(tmp_path: Path) -> None:
    source = tree(tmp_path, mill__wear="x = 1\ny = = 2")
    with pytest.raises(BrokenModuleError, match=r"wear\.py, line 2"):
        source.closure(["import mill.wear"])


def test_a_project_without_src_has_no_modules(tmp_path: Path) -> None:
    assert SourceTree(tmp_path / "src").closure(["import mill"]) == frozenset()
