from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faultcast.errors import FeatureColumnsError, ModelFileError, StageNotRunError
from faultcast.scoring.forecaster import Forecaster
from tests.unit.modeling.press import SPEC

PROBABILITIES = [
    f"probability_{target}{horizon}"
    for horizon in ("", "_6h", "_48h")
    for target in ("pump", "belt", "machine")
]


def rows(count: int = 30, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    columns = {name: 20 + random.normal(size=count) for name in SPEC.names}
    return pl.DataFrame(columns).cast(pl.Float32)


def test_keys_come_first_and_other_columns_are_left_out(forecaster: Forecaster) -> None:
    keys = {"machine": "m1", "time": datetime(2026, 1, 1, tzinfo=UTC), "label_pump": True}
    described = rows().with_columns(pl.lit(value).alias(name) for name, value in keys.items())
    forecasts = forecaster.forecast(described)
    assert forecasts.columns == ["machine", "time", *PROBABILITIES]
    assert forecasts.select(PROBABILITIES).equals(forecaster.forecast(rows()))


def test_order_of_the_columns_does_not_matter(forecaster: Forecaster) -> None:
    turned = rows().select(reversed(SPEC.names))
    assert forecaster.forecast(turned).equals(forecaster.forecast(rows()))


def test_swapped_columns_do_matter(forecaster: Forecaster) -> None:
    hot = rows().with_columns(pl.lit(26, pl.Float32).alias(n) for n in SPEC.names if "heat" in n)
    swapped = {n: n.replace("heat", "vibration") for n in SPEC.names if "heat" in n}
    swapped |= {new: old for old, new in swapped.items()}
    forecasts = forecaster.forecast(hot), forecaster.forecast(hot.rename(swapped))
    belt, pump = (f["probability_belt"].mean() for f in forecasts)
    assert belt > 5 * pump


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_null_and_nan_both_mean_missing(forecaster: Forecaster, missing: float | None) -> None:
    empty = rows().with_columns(pl.lit(missing, pl.Float32).alias("heat_mean_12h"))
    other = rows().with_columns(pl.lit(None, pl.Float32).alias("heat_mean_12h"))
    assert forecaster.forecast(empty).equals(forecaster.forecast(other))


@given(st.integers(0, 10**6), st.integers(1, 40))
@settings(max_examples=20)
def test_forecast_of_a_row_does_not_depend_on_the_others(
    forecaster: Forecaster, seed: int, count: int
) -> None:
    together = forecaster.forecast(rows(count, seed))
    alone = pl.concat(forecaster.forecast(row) for row in rows(count, seed).iter_slices(1))
    assert together.equals(alone)


def test_no_rows_have_no_forecasts(forecaster: Forecaster) -> None:
    forecasts = forecaster.forecast(rows().clear())
    assert forecasts.shape == (0, 9)
    assert set(forecasts.dtypes) == {pl.Float32}


def test_missing_columns_and_text_are_named(forecaster: Forecaster) -> None:
    faulty = rows().drop("heat_last").with_columns(vibration_last=pl.lit("high"))
    with pytest.raises(FeatureColumnsError, match="heat_last: missing; vibration_last: no numbers"):
        forecaster.forecast(faulty)


@pytest.mark.parametrize(("load", "file"), [("load", "model"), ("load_baseline", "baseline")])
def test_model_of_another_training_is_refused(copied: Path, load: str, file: str) -> None:
    path = copied / f"{file}.onnx"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ModelFileError, match=rf"{file}\.onnx: its sha256.*dvc checkout"):
        getattr(Forecaster, load)(copied)


def test_swapped_model_and_baseline_are_refused(copied: Path) -> None:
    (copied / "baseline.onnx").replace(copied / "model.onnx")
    with pytest.raises(ModelFileError):
        Forecaster.load(copied)


def test_missing_model_names_the_stage_that_trains_it(copied: Path) -> None:
    (copied / "model.onnx").unlink()
    with pytest.raises(StageNotRunError, match=r"model\.onnx.*dvc repro train@press"):
        Forecaster.load(copied)
