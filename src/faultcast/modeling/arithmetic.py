"""The same arithmetic on every machine, so that the same data make the same model to the last bit.

OpenBLAS and NumPy choose their code by the processor, and the code for another generation adds up
in another order. These variables, set before either is loaded, hold both to what any x86 processor
with AVX2 can run, which Polars asks for anyway.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from types import MappingProxyType

_X86 = {
    "OPENBLAS_CORETYPE": "Haswell",
    # A feature that a processor does not have is no fault.
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
SAME_ARITHMETIC: Mapping[str, str] = MappingProxyType(
    _X86 if platform.machine() in ("x86_64", "AMD64") else {}
)
