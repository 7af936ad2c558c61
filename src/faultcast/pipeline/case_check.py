"""What is wrong with a case's configuration and table, found without running the belt."""

from __future__ import annotations

from dataclasses import dataclass

from faultcast.config.case import Case
from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.config.parameters import load_parameters
from faultcast.data.case_table import read_case_table
from faultcast.features.case_split import CaseParts, split_case
from faultcast.modeling.case_leak import refuse_leaks
from faultcast.modeling.case_rows import CaseRows


@dataclass(frozen=True)
class CaseCheck:
    """A case whose configuration and table can be used."""

    case: Case
    parts: CaseParts
    is_listed: bool


def check_case(layout: Layout, name: str) -> CaseCheck:
    """Read a case's configuration and table as the belt would, and write nothing.

    Raises:
        UnknownCaseError, ConfigError: the configuration is missing or cannot be used.
        UnreadableFileError, ContractError: the table cannot be used.
        LeakError: a column alone tells the target.
    """
    case = load_case(layout, name)
    parts = split_case(read_case_table(layout, case), case.split)
    refuse_leaks(layout, case, CaseRows(parts.train))
    return CaseCheck(case, parts, name in load_parameters(layout).cases)
