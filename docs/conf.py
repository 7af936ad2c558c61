"""Sphinx's configuration: `make docs` builds docs/_build/html and stops at any warning."""

from __future__ import annotations

import shutil
import sys
from importlib import import_module
from pathlib import Path

from faultcast import __version__

DOCS = Path(__file__).parent
# Pages link to each other from where they are, so the data dictionaries come here as copies.
shutil.copytree(DOCS.parent / "references", DOCS / "references", dirs_exist_ok=True)
sys.path.insert(0, str(DOCS / "extensions"))
# Later it fails: once autodoc has looked into pydantic's models, mlflow's cannot be defined.
import_module("mlflow")

project = "faultcast"
author = "The faultcast authors"
project_copyright = f"2026, {author}"
release = __version__.split("+", maxsplit=1)[0]

extensions = [
    "myst_parser",
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "builtin_names",
    "command_reference",
    "configuration_reference",
]
exclude_patterns = ["_build"]

html_theme = "furo"
# The theme writes the whole table of contents into each page: with every class and function in it,
# that takes most of the build's time.
toc_object_entries = False
html_title = "faultcast"

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

apidoc_modules = [
    {
        "path": "../src/faultcast",
        "destination": "api",
        "exclude_patterns": ["../src/faultcast/cli"],
        "separate_modules": False,
        "module_first": True,
    }
]
autodoc_default_options = {"members": True, "exclude-members": "model_config,cache_ok"}
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
