"""Figure of the ranking: precision against recall, beside the baseline and chance."""

from __future__ import annotations

from matplotlib.axes import Axes

from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.target_evaluation import TargetEvaluation
from faultcast.reporting.picture import Picture, blank, canvas, finish, house_style, legend_below
from faultcast.reporting.style import CHANCE, COMPARED
from faultcast.reporting.wording import listing, worded
from faultcast.scoring.manifest import MACHINE

_NOTABLE = 0.01


@house_style
def precision_recall(evaluation: Evaluation) -> Picture:
    """Draw a panel for each target that fails in the rows, the machine first."""
    known = {name: target for name, target in evaluation.targets.items() if target.positives}
    names = sorted(known, key=lambda name: name != MACHINE)
    columns = 2 if len(names) in (2, 4) else 3
    rows = -(-len(names) // columns)
    figure, axes = canvas(rows, columns, height=0.8 + 2.4 * rows, sharex=True, sharey=True)
    for place, name in zip(axes, names, strict=False):
        _panel(place, known[name])
        place.set_title("any component" if name == MACHINE else worded(name))
    blank(axes[len(names) :])
    for place in axes[::columns]:
        place.set_ylabel("precision (%)")
    for place in axes[max(len(names) - columns, 0) : len(names)]:
        place.set_xlabel("recall (%)")
        place.tick_params(labelbottom=True)
    legend_below(figure)
    description = "Precision against recall for the machine and each component."
    return finish(figure, "precision_recall", _finding(evaluation), description)


def _panel(axes: Axes, target: TargetEvaluation) -> None:
    axes.axhline(100 * target.chance, color=CHANCE, ls="--", lw=1.2, label="chance")
    for name, colour in reversed(COMPARED.items()):
        curve = getattr(target, name).precision_recall
        recall, precision = (100 * curve[column].to_numpy() for column in ("recall", "precision"))
        axes.plot(recall, precision, color=colour, label=name)
    axes.set(xlim=(0, 102), ylim=(0, 102))


def _finding(evaluation: Evaluation) -> str:
    machine = evaluation.machine
    model, baseline = (
        one.scores.average_precision or 0.0 for one in (machine.model, machine.baseline)
    )
    behind = [worded(n) for n, t in evaluation.targets.items() if n != MACHINE and _is_behind(t)]
    rest = f"; for {listing(behind)} the baseline is better" if behind else ""
    return (
        f"The model's average precision is {model:.3f}, the baseline's {baseline:.3f}, that of "
        f"chance {machine.chance:.2g}{rest}"
    )


def _is_behind(target: TargetEvaluation) -> bool:
    model, baseline = (one.scores.average_precision for one in (target.model, target.baseline))
    return model is not None and baseline is not None and baseline - model > _NOTABLE
