import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from faultcast.errors import ManifestError, StageNotRunError
from faultcast.scoring.manifest import Manifest
from tests.unit.modeling.press import SPEC


def test_manifest_survives_the_file_with_its_features_in_their_order(copied: Path) -> None:
    manifest = Manifest.read(copied)
    manifest.write(copied)
    assert Manifest.read(copied) == manifest
    assert manifest.features.names == SPEC.names
    assert manifest.features.names != tuple(sorted(SPEC.names))


def test_signature_tells_type_and_unit_of_every_input_and_output(model: Path) -> None:
    content = json.loads((model / "manifest.json").read_text())
    inputs = {column["name"]: column for column in content["inputs"]}
    assert inputs["vibration_mean_12h"] == {
        "name": "vibration_mean_12h",
        "type": "float32",
        "unit": "mm/s",
        "usual": pytest.approx(20, abs=0.2),
    }
    outputs = {column.pop("name"): column for column in content["outputs"]}
    names = ["pump", "belt", "machine"]
    assert list(outputs) == [
        f"probability_{name}{horizon}" for horizon in ("", "_6h", "_48h") for name in names
    ]
    for name, hours in (("pump", 24), ("machine_6h", 6), ("belt_48h", 48)):
        assert outputs[f"probability_{name}"] == {
            "target": name.split("_")[0],
            "horizon": f"{hours}h",
            "type": "float32",
            "unit": "1",
        }
    assert all(column["unit"] for column in [*content["inputs"], *outputs.values()])


@pytest.mark.parametrize("key", ["inputs", "outputs"])
def test_signature_in_another_order_is_refused(model: Path, key: str) -> None:
    content = json.loads((model / "manifest.json").read_text())
    content[key].reverse()
    with pytest.raises(ValidationError, match=key):
        Manifest.model_validate(content)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("{", "JSON"), ("{}", "plant"), ('{"plant": 3}', "plant"), ("", "JSON")],
)
def test_unreadable_manifest_is_named_with_its_fault(copied: Path, text: str, fault: str) -> None:
    (copied / "manifest.json").write_text(text)
    with pytest.raises(ManifestError, match=rf"manifest\.json.*{fault}.*train_model\.py press"):
        Manifest.read(copied)


def test_missing_manifest_names_the_stage_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(StageNotRunError, match="dvc repro train@press"):
        Manifest.read(tmp_path / "press")
