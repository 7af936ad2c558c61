"""setup.cfg, the locks and environment.yaml ask for the same packages."""

from __future__ import annotations

import ast
import configparser
import re
import runpy
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("all", "serving", "uv")
_USED = ("serving", "training", "pipeline")
_COME_WITH_OTHERS = {"faultcast", "mlflow-skinny", "mlflow-tracing"}
# Kernels and notebooks are started as programs; protobuf is bounded for skl2onnx.
_ONLY_RUN = {"ipykernel", "jupyterlab", "protobuf"}
# What uvicorn, Starlette, MLflow and DVC load by name.
_ONLY_RUN |= {"httptools", "uvloop", "psycopg", "dvc-ssh", "fastapi-offline"}
EXTRAS_OF_SERVING = ("serving",)
TRAINING_ONLY = {"scikit-learn", "scipy", "mlflow", "pandas", "onnx", "skl2onnx", "jupyterlab"}
TRAINING_ONLY |= {"jupyter-core", "ipykernel", "nbclient", "papermill", "dvc", "matplotlib"}

environment_lines = runpy.run_path(str(ROOT / "scripts" / "conda_environment.py"))[
    "environment_lines"
]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _lock(name: str) -> str:
    return _read(f"requirements/{name}.txt")


def _requirements(setup_cfg: str, extras: tuple[str, ...] | None = None) -> list[Requirement]:
    config = configparser.ConfigParser()
    config.read_string(setup_cfg)
    offered = config["options.extras_require"]
    chosen = [config["options"]["install_requires"]]
    chosen += [offered[extra] for extra in (extras or offered)]
    lines = [line for text in chosen for line in text.splitlines() if line]
    return [asked for asked in map(Requirement, lines) if asked.name != "faultcast"]


def _pins(lock: str) -> dict[str, str]:
    """Versions by name; each pin is followed by its hashes."""
    pins = re.findall(
        r"^(\S+)==(\S+)(?: ;.*)? \\\n +--hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE
    )
    assert len(pins) == len(re.findall(r"^\S", lock, re.MULTILINE)), "a line has no version or hash"
    return {canonicalize_name(name): version for name, version in pins}


def _not_locked(asked: list[Requirement], pins: dict[str, str]) -> list[str]:
    return [
        str(requirement)
        for requirement in asked
        if not requirement.specifier.contains(
            pins.get(canonicalize_name(requirement.name), "0.dev0"), prereleases=False
        )
    ]


def test_every_requirement_is_locked_at_a_version_that_it_allows() -> None:
    assert _not_locked(_requirements(_read("setup.cfg")), _pins(_lock("all"))) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [(("polars>=1.30", "polars>=99"), "polars>=99"), (("rich>=13", "rich>=13\n    tqdx"), "tqdx")],
)
def test_a_requirement_that_the_lock_does_not_meet_is_found(
    change: tuple[str, str], missing: str
) -> None:
    setup_cfg = _read("setup.cfg").replace(*change)

    assert _not_locked(_requirements(setup_cfg), _pins(_lock("all"))) == [missing]


def test_serving_is_locked_at_the_versions_that_the_tests_use() -> None:
    serving, everything = _pins(_lock("serving")), _pins(_lock("all"))

    assert _not_locked(_requirements(_read("setup.cfg"), EXTRAS_OF_SERVING), serving) == []
    assert serving.items() <= everything.items()


def test_serving_installs_nothing_of_training_tracking_or_notebooks() -> None:
    assert not TRAINING_ONLY & _pins(_lock("serving")).keys()
    assert _pins(_lock("all")).keys() >= TRAINING_ONLY


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_host(name: str) -> None:
    assert not re.search(r"://|^-|index|find-links|@", _lock(name), re.MULTILINE)


def test_conda_gets_the_versions_of_the_lock() -> None:
    written = "\n".join(environment_lines(_read("setup.cfg"), _lock("all"))) + "\n"

    assert _read("environment.yaml") == written, "run: make lock"


def test_conda_environment_holds_each_requirement_once() -> None:
    *from_conda, from_pip = yaml.safe_load(_read("environment.yaml"))["dependencies"]
    pins = _pins(_lock("all"))
    asked = {
        canonicalize_name(requirement.name) for requirement in _requirements(_read("setup.cfg"))
    }
    conda = dict(re.split("==?", spec) for spec in from_conda if ">=" not in spec and "=" in spec)
    conda["pandera"] = conda.pop("pandera-polars")
    pip = dict(spec.split("==") for spec in from_pip["pip"] if "==" in spec)
    versions = {canonicalize_name(name): version for name, version in (conda | pip).items()}

    assert versions == {name: pins[name] for name in asked}
    assert from_pip["pip"][-1] == "-e ."


def test_one_oldest_python_everywhere() -> None:
    config = configparser.ConfigParser()
    config.read_string(_read("setup.cfg"))

    assert config["options"]["python_requires"] == ">=3.11"
    assert "python>=3.11" in yaml.safe_load(_read("environment.yaml"))["dependencies"]
    assert 'target-version = "py311"' in _read("pyproject.toml")
    assert "--python-version 3.11" in _read("Makefile")
    assert "image: python:3.11-" in _read(".gitlab-ci.yml")


def test_what_the_package_imports_is_what_setup_cfg_declares() -> None:
    declared = {canonicalize_name(one.name) for one in _requirements(_read("setup.cfg"), _USED)}
    distributions = packages_distributions()
    imported = {
        canonicalize_name(name)
        for module in _imported_modules()
        for name in distributions.get(module, ())
    }
    assert imported - declared - _COME_WITH_OTHERS == set()
    assert declared - imported - _ONLY_RUN == set()


def _imported_modules() -> set[str]:
    modules = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    return modules - sys.stdlib_module_names
