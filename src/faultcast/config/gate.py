"""What a model must reach to be promoted: the section `gate` of a configuration."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from faultcast.config.frozen import Frozen

Score = Annotated[float, Field(ge=0, le=1)]


class GateMode(StrEnum):
    """What the gate does with its verdict.

    It promotes nothing that fails in any mode. `enforce` ends the command with an error when a
    model is refused, `report` only tells, and `off` neither judges nor promotes.
    """

    OFF = "off"
    REPORT = "report"
    ENFORCE = "enforce"


class GateTerms(Frozen):
    """What holds for whatever is judged, a plant or a case."""

    mode: GateMode = Field(
        default=GateMode.ENFORCE,
        description="enforce: a refusal is a failure; report: it is told; off: nothing is judged",
    )
    margin: Score = Field(
        default=0.05,
        description="in a tie with the champion, how much of the compared score may be at risk",
    )


class PlantGate(GateTerms):
    """The bars of a plant's model on its test part."""

    min_failures: int = Field(
        default=10, ge=1, description="failures in the test part; fewer cannot judge a model"
    )
    min_average_precision: Score = Field(
        default=0.2, description="of the machine's forecasts; chance is the share of rows that fail"
    )
    max_loss_to_baseline: Score = Field(
        default=0.05, description="average precision by which the baseline may be better"
    )
    min_in_time: Score = Field(
        default=0.5, description="share of the failures announced by alarm.lead_time or earlier"
    )
    max_false_alarm_ratio: float = Field(
        default=1.5,
        gt=0,
        allow_inf_nan=False,
        description="false alarms per machine-month, in multiples of alarm.max_false_alarms",
    )
    max_calibration_error: Score = Field(
        default=0.05, description="mean distance of the probabilities from what happened"
    )
