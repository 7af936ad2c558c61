"""The routes of MLflow's scoring server, for one model: its clients change only the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from faultcast import __version__
from faultcast.errors import CaseRowsError
from faultcast.serving.answers import records_of_cases, records_of_rows
from faultcast.serving.body import read_body
from faultcast.serving.predictions import PredictionSink
from faultcast.serving.problems import ProblemError
from faultcast.serving.rows import read_features
from faultcast.serving.scoring_protocol import Row, bad_request, read_table
from faultcast.serving.served import Served, ServedCase, ServedModel, ServedPlant
from faultcast.settings import ServingLimits

_JSON = "application/json"
_BELOW = ("", "/plants/{plant}", "/cases/{case}")


@dataclass
class Invocations:
    """`/ping`, `/health`, `/version` and `/invocations`: of the only model, or below each one."""

    served: Served
    sink: PredictionSink
    limits: ServingLimits

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            route
            for place in _BELOW
            for route in (
                Route(f"{place}/ping", self.ping, methods=["GET"]),
                Route(f"{place}/health", self.ping, methods=["GET"]),
                Route(f"{place}/version", self.version, methods=["GET"]),
                Route(f"{place}/invocations", self.invocations, methods=["POST"]),
            )
        ]

    async def ping(self, request: Request) -> Response:
        """Tell that the model is there."""
        if request.path_params:
            self._model(request)
        return Response(b"\n", HTTPStatus.OK if self.served.models else 404, media_type=_JSON)

    async def version(self, _: Request) -> Response:
        """Tell the server's version."""
        return Response(__version__, media_type=_JSON)

    async def invocations(self, request: Request) -> Response:
        """Forecast a table."""
        model = self._model(request)
        body = await read_body(request.scope, request.receive, self.limits)
        content_type = request.headers.get("content-type", _JSON)
        predictions = await run_in_threadpool(
            self._predict, request.state.request_id, model, content_type, body
        )
        return Response(orjson.dumps({"predictions": predictions}), media_type=_JSON)

    def _predict(
        self, request_id: str, model: ServedModel, content_type: str, body: bytes
    ) -> list[object]:
        names = _names(model)
        rows = read_table(content_type, body, names)
        if len(rows) > self.limits.rows:
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"{len(rows):,} rows, at most {self.limits.rows:,} are taken",
            )
        missing = [name for name in names if any(name not in row for row in rows)]
        if missing and isinstance(model, ServedPlant):
            raise bad_request(f"the model needs the inputs {', '.join(missing)}")
        known = [{name: row[name] for name in names if name in row} for row in rows]
        try:
            if isinstance(model, ServedPlant):
                return self._of_plant(request_id, model, known)
            return self._of_case(request_id, model, known)
        except CaseRowsError as fault:
            raise bad_request(str(fault)) from None
        except ProblemError as fault:
            raise bad_request(fault.detail) from None

    def _of_plant(self, request_id: str, plant: ServedPlant, rows: list[Row]) -> list[object]:
        if not rows:
            return []
        now = datetime.now(UTC)
        features = read_features(plant, rows)
        outputs = plant.model.outputs(features).tolist()
        keys = [(None, now)] * len(rows)
        self.sink.put(list(records_of_rows(plant, request_id, now, features, outputs, keys)))
        return [dict(zip(plant.outputs, row, strict=True)) for row in outputs]

    def _of_case(self, request_id: str, case: ServedCase, rows: list[Row]) -> list[object]:
        predictions = case.model.predict(rows)
        self.sink.put(list(records_of_cases(case, request_id, rows, predictions)))
        return list(predictions.classes)

    def _model(self, request: Request) -> ServedModel:
        model = _chosen(self.served, request.path_params)
        if model is None:
            raise ProblemError(
                HTTPStatus.NOT_FOUND,
                "this address serves no single model: add /plants/PLANT or /cases/CASE before "
                f"/invocations; served are: {', '.join(m.name for m in self.served.models)}",
            )
        request.state.model_version = model.version
        return model


def _chosen(served: Served, parameters: dict[str, str]) -> ServedModel | None:
    if "plant" in parameters:
        return served.plants.get(parameters["plant"])
    if "case" in parameters:
        return served.cases.get(parameters["case"])
    return served.only


def _names(model: ServedModel) -> tuple[str, ...]:
    return model.manifest.features.names if isinstance(model, ServedPlant) else model.manifest.names
