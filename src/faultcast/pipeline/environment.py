"""The environment of a notebook's kernel: what would make two runs differ is fixed here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from faultcast import settings
from faultcast.modeling.arithmetic import SAME_ARITHMETIC

DRAFTS = "records"

_STYLE = Path(__file__).parent / "templates" / "matplotlibrc"

_FIXED = {
    # A crash leaves its stack in the kernel's log.
    "PYTHONFAULTHANDLER": "1",
    # Order of sets of strings.
    "PYTHONHASHSEED": "0",
    # Sums in another order round differently.
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    **SAME_ARITHMETIC,
    # Threads that wait for others leave the core to the stages beside them.
    "OMP_WAIT_POLICY": "PASSIVE",
    # Figures go into the notebook; dates in SVG and PDF files are those of this moment.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MATPLOTLIBRC": str(_STYLE),
    "SOURCE_DATE_EPOCH": "0",
    # Bars that show times and rates.
    "TQDM_DISABLE": "1",
    "COLUMNS": "100",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}


def kernel_environment(
    root: Path, scratch: Path, outside: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the variables of a kernel.

    Args:
        root: the project, whose tracking store the notebook uses.
        scratch: a folder of this run; IPython looks there, not at the user's start-up files.
        outside: the variables of the command.
    """
    return {
        **outside,
        **_FIXED,
        "IPYTHONDIR": str(scratch / "ipython"),
        settings.TRACKING_URI: settings.tracking_uri(root),
        # What it records is kept when its outputs are.
        settings.RECORDS: str(scratch / DRAFTS),
    }
