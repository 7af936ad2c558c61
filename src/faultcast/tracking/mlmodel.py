"""The `MLmodel` file of a version: the signature, and how MLflow loads the graph."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from faultcast.errors import ModelFolderError
from faultcast.tracking.model_folder import ModelFolder

_TYPES = {
    "boolean": "boolean",
    "float32": "float",
    "float64": "double",
    "int64": "long",
    "string": "string",
}


def write_mlmodel(model: ModelFolder, folder: Path) -> None:
    """Write the `MLmodel` of a model into a folder that holds its files.

    Raises:
        ModelFolderError: a column of the signature has a type that MLflow does not know.
    """
    import onnx
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, Schema

    def schema(columns: Sequence[Mapping[str, str]]) -> Schema:
        return Schema([ColSpec(_type_of(model, one), one["name"]) for one in columns])

    described = Model(signature=ModelSignature(schema(model.inputs), schema(model.outputs)))
    described.add_flavor(
        "onnx",
        data=model.model_file,
        onnx_version=onnx.__version__,
        providers=["CPUExecutionProvider"],
    )
    described.add_flavor(
        "python_function",
        loader_module="mlflow.onnx",
        data=model.model_file,
        python_version=platform.python_version(),
        env={},
    )
    described.save(str(folder / "MLmodel"))


def _type_of(model: ModelFolder, column: Mapping[str, str]) -> str:
    try:
        return _TYPES[column.get("tensor") or column["type"]]
    except KeyError:
        known = ", ".join(_TYPES)
        raise ModelFolderError(
            str(model.path), f"column {column} of the signature: its type is none of {known}"
        ) from None
