"""Figures are drawn with matplotlib's own fonts, whatever is known of the machine's."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import findfont, fontManager

from faultcast.reporting import style


def test_a_font_that_the_machines_list_lacks_is_found() -> None:
    kept = list(fontManager.ttflist)
    try:
        fontManager.ttflist[:] = [font for font in kept if "STIX" not in font.name]
        style.prefer_own_fonts()
        found = Path(findfont("STIXGeneral", fallback_to_default=False))
    finally:
        fontManager.ttflist[:] = kept
    assert found.is_relative_to(mpl.get_data_path())
