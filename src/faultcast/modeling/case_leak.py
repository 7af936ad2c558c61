"""Columns that copy the target: a small tree that sees one column alone must not tell it all."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from faultcast.config.case import Case
from faultcast.config.layout import Layout
from faultcast.errors import LeakError
from faultcast.modeling.case_rows import CaseRows

_FOLDS = 3
_TOO_GOOD = 0.99
_LEAVES_A_CLASS = 8


def refuse_leaks(layout: Layout, case: Case, rows: CaseRows) -> None:
    """Refuse columns that alone tell the class of nearly every row.

    A decision tree with eight leaves for each class is fitted to each column by itself; where its
    balanced accuracy (Brodersen et al., 2010) in three folds reaches 0.99, the column is suspected.

    Args:
        layout: the project, for the message.
        case: the case; its trusted columns are not looked at.
        rows: of the training part.

    Raises:
        LeakError: with the suspected columns.
    """
    looked_at = [name for name, column in case.columns.items() if not column.trusted]
    suspected = [name for name in looked_at if _tells(case, rows, name) >= _TOO_GOOD]
    if suspected:
        table = layout.case_table(case.name).relative_to(layout.root)
        config = layout.case_config(case.name).relative_to(layout.root)
        raise LeakError(case.name, table, config, suspected)


def _tells(case: Case, rows: CaseRows, name: str) -> float:
    """Return the balanced accuracy that a column reaches alone."""
    cells, values = case.columns[name], rows.inputs[name]
    if cells.is_text:
        places = {str(value): float(place) for place, value in enumerate(cells.values)}
        values = values.replace_strict(places, default=float("nan"))
    alone = values.to_numpy().reshape(-1, 1)
    leaves = _LEAVES_A_CLASS * len(case.target.classes)
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = cross_val_score(tree, alone, rows.classes, cv=folds, scoring="balanced_accuracy")
    return float(np.mean(scores))
