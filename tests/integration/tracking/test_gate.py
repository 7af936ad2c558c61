"""The gate on a real store: who is promoted, who is refused, and what is written down."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from faultcast.cli import faultcast
from faultcast.config.layout import Layout
from faultcast.errors import ModelFolderError, NoPreviousError, RefusedError, StoreError
from faultcast.tracking.gatekeeper import ask_gate
from faultcast.tracking.ledger import Change
from faultcast.tracking.registry import Registry
from faultcast.tracking.rollback import put_previous_back
from faultcast.tracking.server import MlflowServer
from tests.integration.tracking.conftest import bring


def put(layout: Layout, model: str, override: str | None = None) -> dict:
    """Put a model to the gate; return the decision that was written."""
    bring(layout, model)
    ask_gate(layout, "press", override)
    return json.loads((layout.decision("press") / "decision.json").read_text())


def configure(layout: Layout, **gate: object) -> None:
    path = layout.plant_config("press")
    content = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**content, "gate": gate}, sort_keys=False))


def aliases(layout: Layout) -> dict[str, int]:
    return Registry.of(layout).aliases("press")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(faultcast, arguments)


def test_a_challenger_whose_labels_were_half_shuffled_is_refused(shop: Layout) -> None:
    put(shop, "good")
    decision = put(shop, "worse")
    assert decision["outcome"] == "refused"
    assert "worse than the champion beyond chance" in decision["reason"]
    assert decision["comparison"]["upper"] < 0
    assert aliases(shop) == {"champion": 1, "challenger": 2}


def test_a_better_challenger_is_promoted_and_the_champion_kept_as_previous(shop: Layout) -> None:
    put(shop, "worse")
    decision = put(shop, "good")
    assert decision["outcome"] == "promoted"
    assert "better than the champion beyond chance" in decision["reason"]
    assert aliases(shop) == {"champion": 2, "previous": 1}


def test_of_two_that_forecast_alike_the_newer_one_wins_once_and_for_all(shop: Layout) -> None:
    put(shop, "good")
    decision = put(shop, "alike")
    assert decision["outcome"] == "promoted"
    assert "a tie, which the newer version wins" in decision["reason"]

    bring(shop, "good")
    asked = run("gate", "press")
    assert asked.exit_code == 0, asked.output  # a checkout that is behind the registry
    assert "version 1 was champion before and is not judged again" in asked.stdout
    assert aliases(shop) == {"champion": 2, "previous": 1}
    assert Registry.of(shop).find("press", "1").decision["outcome"] == "promoted"


def test_a_version_that_never_was_champion_does_not_win_a_tie_later(shop: Layout) -> None:
    configure(shop, mode="off")
    bring(shop, "good")
    ask_gate(shop, "press")
    configure(shop, mode="enforce")
    assert put(shop, "alike")["outcome"] == "promoted"
    decision = put(shop, "good")
    assert decision["outcome"] == "refused"
    assert "the champion is the newer version" in decision["reason"]
    assert aliases(shop) == {"champion": 2, "challenger": 1}


def test_a_first_model_that_misses_a_bar_is_refused(shop: Layout) -> None:
    configure(shop, min_average_precision=0.999)
    decision = put(shop, "good")
    assert decision["outcome"] == "refused"
    assert not decision["bars"]["average_precision"]["cleared"]
    assert aliases(shop) == {"challenger": 1}


def test_the_decision_is_a_page_a_file_and_tags_with_every_number(shop: Layout) -> None:
    put(shop, "worse")
    decision = put(shop, "good")
    written = shop.decision("press") / "decision.json"
    version = Registry.of(shop).find("press", "champion")
    tags = version.decision
    page = (shop.decision("press") / "decision.html").read_text()

    assert tags["outcome"] == "promoted"
    assert tags["reason"] == decision["reason"]
    assert tags["decision_sha256"] == hashlib.sha256(written.read_bytes()).hexdigest()
    for name, bar in decision["bars"].items():
        assert float(tags[name]) == pytest.approx(bar["value"], rel=1e-4)
        assert bar["meaning"].split(";")[0] in page.replace("&#39;", "'")
    for name in ("difference", "lower", "upper"):
        assert float(tags[f"comparison.{name}"]) == pytest.approx(
            decision["comparison"][name], rel=1e-4
        )
    (kept,) = (shop.root / "mlartifacts" / "press").glob(
        f"{tags['run_id']}/artifacts/gate/decision.json"
    )
    assert kept.read_bytes() == written.read_bytes()


def test_an_override_needs_a_reason_and_is_written_down_everywhere(shop: Layout) -> None:
    put(shop, "good")
    bring(shop, "worse")
    assert run("gate", "press", "--override", " ").exit_code == 2
    assert run("gate", "--override", "because").exit_code == 2
    assert aliases(shop) == {"champion": 1}

    decision = put(shop, "worse", override="the old one reads a sensor that is gone")

    assert decision["outcome"] == "promoted against the gate"
    assert decision["override"] == "the old one reads a sensor that is gone"
    assert decision["passed"] is False
    assert aliases(shop) == {"champion": 2, "previous": 1}
    registry = Registry.of(shop)
    event = registry.ledger("press")[-1]
    assert event.change is Change.OVERRIDDEN
    assert "a sensor that is gone; the gate had refused it: worse" in event.why
    assert registry.find("press", "champion").decision["override"] == decision["override"]


@pytest.mark.parametrize(("mode", "code"), [("enforce", 1), ("report", 0)])
def test_a_refusal_is_a_failure_only_where_the_gate_is_enforced(
    shop: Layout, mode: str, code: int
) -> None:
    configure(shop, mode=mode, min_average_precision=0.999)
    bring(shop, "good")
    asked = run("gate", "press")
    assert "refused" in asked.stdout
    assert (
        (asked.exit_code, isinstance(asked.exception, RefusedError)) == (1, True)
        if code
        else (0, False)
    )
    assert aliases(shop) == {"challenger": 1}


def test_a_gate_that_is_off_judges_and_promotes_nothing(shop: Layout) -> None:
    configure(shop, mode="off")
    bring(shop, "good")
    assert "not judged" in ask_gate(shop, "press").text
    assert aliases(shop) == {"challenger": 1}
    assert not shop.decision("press").exists()


def test_a_second_run_with_nothing_new_asks_no_registry(
    shop: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(shop, "good")
    first = run("gate")
    monkeypatch.setattr(Registry, "__init__", None)
    again = run("gate")
    assert first.exit_code == again.exit_code == 0
    assert first.stdout == again.stdout

    bring(shop, "worse")
    assert run("gate").exit_code != 0  # it asks, and there is none to ask


def test_a_plant_that_cannot_be_judged_does_not_keep_the_others_out(shop: Layout) -> None:
    (shop.root / "params.yaml").write_text("plants: [unknown, press]\n")
    bring(shop, "good")
    asked = run("gate")
    assert asked.exit_code == 2
    assert "plant 'unknown' has no configuration" in asked.stderr
    assert aliases(shop) == {"champion": 1}


def test_a_registry_that_does_not_answer_is_a_failure_unless_it_may_wait(
    shop: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    bring(shop, "good")
    assert isinstance(run("gate").exception, StoreError)
    waits = run("gate", "--later")
    assert waits.exit_code == 0
    assert "no model was put to the gate: http://127.0.0.1:9" in waits.stderr


def test_a_refusal_is_a_failure_unless_the_gate_is_the_last_step_of_other_work(
    shop: Layout,
) -> None:
    put(shop, "good")
    bring(shop, "worse")
    assert isinstance(run("gate").exception, RefusedError)
    last = run("gate", "--later")
    assert last.exit_code == 0
    assert "the gate refused press" in last.stderr


@pytest.mark.parametrize("whose", ["good", "alike"])
def test_registered_bytes_that_were_tampered_with_are_not_judged(shop: Layout, whose: str) -> None:
    put(shop, "good")
    bring(shop, "alike")
    registry = Registry.of(shop)
    registry.register(shop.model("press"), "press")
    digest = hashlib.sha256((shop.root / "made" / whose / "manifest.json").read_bytes()).hexdigest()
    (graph,) = (shop.root / "mlartifacts").rglob(f"version-{digest[:12]}/model.onnx")
    graph.write_bytes(graph.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelFolderError, match="not what was registered"):
        ask_gate(shop, "press")
    assert aliases(shop) == {"champion": 1, "challenger": 2}


def test_a_rollback_is_noted_and_the_version_that_was_left_stays_out(shop: Layout) -> None:
    put(shop, "worse")
    put(shop, "good")
    told = put_previous_back(shop, "press", "too many alarms")
    assert told.startswith("version 1 is the champion again, version 2 is not")
    assert aliases(shop) == {"champion": 1}
    event = Registry.of(shop).ledger("press")[-1]
    assert (event.change, event.version, event.over) == (Change.ROLLED_BACK, 1, 2)

    bring(shop, "good")  # it would win, had nobody taken it out of service
    answer = ask_gate(shop, "press")
    assert "was champion before" in answer.text
    assert not answer.refused  # the one that is champion again can be delivered
    assert aliases(shop) == {"champion": 1}
    with pytest.raises(NoPreviousError):
        put_previous_back(shop, "press", "once more")

    decision = put(shop, "good", override="the sensor was mended")
    assert decision["outcome"] == "promoted against the gate"
    assert "rolled back" in decision["reason"]
    assert aliases(shop)["champion"] == 2


def test_a_previous_version_that_cannot_forecast_is_not_put_back(shop: Layout) -> None:
    put(shop, "worse")
    put(shop, "good")
    digest = Registry.of(shop).find("press", "previous").digest
    (graph,) = (shop.root / "mlartifacts").rglob(f"version-{digest[:12]}/model.onnx")
    graph.unlink()
    with pytest.raises(ModelFolderError):
        put_previous_back(shop, "press", "too many alarms")
    assert aliases(shop) == {"champion": 2, "previous": 1}


def test_models_are_listed_with_who_promoted_them_and_why(shop: Layout) -> None:
    put(shop, "worse")
    put(shop, "good")
    listed = json.loads(run("models", "list", "press", "--json").stdout)
    assert [one["version"] for one in listed] == [2, 1]
    assert listed[0]["aliases"] == ["champion"]
    assert listed[0]["promoted"]["over"] == 1
    assert "beyond chance" in listed[0]["promoted"]["why"]
    assert "previous" in run("models").stdout


def test_champions_are_fetched_to_folders_for_a_server(shop: Layout, tmp_path: Path) -> None:
    put(shop, "good")
    fetched = run("models", "fetch", "--to", str(tmp_path / "serving"))
    assert fetched.exit_code == 0
    version = json.loads((tmp_path / "serving" / "press" / "version.json").read_text())
    assert (version["name"], version["version"]) == ("press", 1)
    made = (shop.root / "made" / "good" / "model.onnx").read_bytes()
    assert (tmp_path / "serving" / "press" / "model.onnx").read_bytes() == made


@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")  # MLflow's own
def test_mlflow_itself_loads_the_champion_by_its_alias(
    shop: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow
    import numpy as np
    import polars as pl

    from faultcast.scoring.forecaster import Forecaster
    from faultcast.scoring.session import feature_matrix

    put(shop, "good")
    uri = f"sqlite:///{shop.root / 'mlflow.db'}"
    monkeypatch.setattr("mlflow.tracking._tracking_service.utils._tracking_uri", uri)
    forecaster = Forecaster.load(shop.model("press"))
    names = list(forecaster.manifest.features.names)
    rows = pl.read_parquet(shop.dataset("press") / "test.parquet").head(20)
    loaded = mlflow.pyfunc.load_model("models:/faultcast-press@champion")
    assert loaded.metadata.signature.inputs.input_names() == names

    frame = rows.select(pl.col(names).fill_null(float("nan"))).to_pandas()
    theirs = np.array(list(loaded.predict(frame)["probabilities"]))
    ours = forecaster.probabilities(feature_matrix(rows, names))  # over the main horizon
    assert np.array_equal(theirs.reshape(ours.shape), ours)


def test_two_gates_at_once_on_a_server_lose_no_version_and_no_previous(
    shop: Layout, tracking_server: MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_server.uri)
    put(shop, "worse")
    rivals = [copy_of(shop, model) for model in ("good", "alike")]
    failures: list[BaseException] = []

    def ask(layout: Layout) -> None:
        try:
            ask_gate(layout, "press")
        except BaseException as failure:  # noqa: BLE001 - what a thread raises is asserted below
            failures.append(failure)

    threads = [threading.Thread(target=ask, args=(layout,)) for layout in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    now = aliases(shop)
    registry = Registry.of(shop)
    outcomes = [version.decision["outcome"] for version in registry.versions("press")]
    assert sorted(version.number for version in registry.versions("press")) == [1, 2, 3]
    assert now["champion"] in (2, 3)
    assert now["previous"] in {1, 2, 3} - {now["champion"]}
    assert outcomes.count("promoted") >= 2
    assert {event.version for event in registry.ledger("press")} >= {1, now["champion"]}


def copy_of(layout: Layout, model: str) -> Layout:
    root = layout.root.with_name(model)
    shutil.copytree(layout.root, root)
    copied = Layout(root)
    bring(copied, model)
    return copied
