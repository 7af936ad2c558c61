"""A served model of the small plant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
import pytest
from httpx import Client

from faultcast.config.layout import Layout
from faultcast.data.canonical import Canonical, read_canonical
from faultcast.modeling.case_train import train_case
from faultcast.serving.app import create_app
from faultcast.serving.predictions import ForecastRecord, NoSink
from faultcast.serving.served import Served, ServedCase, ServedPlant, load_model
from tests.unit.modeling.fruit import fruit, write_case_dataset
from tests.unit.serving.pumps import PLANT, make_project
from tests.unit.serving.running import running


class Kept(NoSink):
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[ForecastRecord] = []

    def put(self, records: Sequence[ForecastRecord]) -> None:
        self.records += records


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Return the project of the small plant with its trained model."""
    return make_project(tmp_path_factory.mktemp("pumps"))


@pytest.fixture(scope="session")
def canonical(layout: Layout) -> Canonical:
    return read_canonical(layout, PLANT)


@pytest.fixture(scope="session")
def test_rows(layout: Layout) -> pl.DataFrame:
    """Return the test part of the dataset."""
    return pl.read_parquet(layout.dataset(PLANT) / "test.parquet")


@pytest.fixture(scope="session")
def plant(layout: Layout) -> ServedPlant:
    model = load_model(layout.model(PLANT))
    assert isinstance(model, ServedPlant)
    return model


@pytest.fixture
def sink() -> Kept:
    return Kept()


@pytest.fixture
def client(plant: ServedPlant, sink: Kept) -> Iterator[Client]:
    with running(create_app(Served.of([plant]), sink)) as client:
        yield client


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> ServedCase:
    """Return the model of the case `fruit`: apple, pear or plum."""
    layout = write_case_dataset(tmp_path_factory.mktemp("fruit"), fruit())
    model = load_model(train_case(layout, "fruit").folder)
    assert isinstance(model, ServedCase)
    return model
