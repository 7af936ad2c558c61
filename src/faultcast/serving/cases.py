"""The routes of plain-table cases: rows of a table in, the likeliest class of each out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from faultcast.errors import CaseRowsError
from faultcast.scoring.case_forecaster import CasePredictions
from faultcast.scoring.case_manifest import class_name
from faultcast.serving.answers import records_of_cases
from faultcast.serving.body import read_body, read_json
from faultcast.serving.predictions import PredictionSink
from faultcast.serving.problems import Fault, ProblemError, unprocessable
from faultcast.serving.rows import read_rows
from faultcast.serving.served import Served, ServedCase
from faultcast.settings import ServingLimits

_JSON = "application/json"


@dataclass
class Cases:
    """`POST /cases/{case}/predictions`, and `GET /predict` where one case is served."""

    served: Served
    sink: PredictionSink
    limits: ServingLimits

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/cases/{case}/predictions", self.predictions, methods=["POST"]),
            Route("/predict", self.predict, methods=["GET"]),
        ]

    async def predictions(self, request: Request) -> Response:
        """Predict rows."""
        name = request.path_params["case"]
        if (case := self.served.cases.get(name)) is None:
            raise ProblemError(
                HTTPStatus.NOT_FOUND,
                f"no case {name[:64]!r} is served; served are: "
                f"{', '.join(sorted(self.served.cases)) or 'none'}",
            )
        body = await read_body(request.scope, request.receive, self.limits)
        rows = read_rows(read_json(body), self.limits.rows)
        told = self._predict(request, case, rows)
        classes = [class_name(one) for one in case.manifest.target.classes]
        answers = [
            {"prediction": likeliest, "probabilities": dict(zip(classes, row, strict=True))}
            for likeliest, row in zip(told.classes, told.probabilities.tolist(), strict=True)
        ]
        head = {
            "request_id": request.state.request_id,
            "model": {"case": case.name, "version": case.version},
        }
        return Response(orjson.dumps({**head, "predictions": answers}), media_type=_JSON)

    async def predict(self, request: Request) -> Response:
        """Predict one row from the address: `/predict?pclass=3&sex=male` answers `false`."""
        if len(self.served.cases) != 1:
            raise ProblemError(
                HTTPStatus.NOT_FOUND, "GET /predict answers where exactly one case is served"
            )
        (case,) = self.served.cases.values()
        told = self._predict(request, case, [dict(request.query_params)])
        return Response(orjson.dumps(told.classes[0]), media_type=_JSON)

    def _predict(
        self, request: Request, case: ServedCase, rows: Sequence[dict[str, object]]
    ) -> CasePredictions:
        request.state.model_version = case.version
        if wrong := [index for index, row in enumerate(rows) if not isinstance(row, dict)]:
            raise unprocessable([Fault(f"/rows/{index}", "expected an object") for index in wrong])
        try:
            told = case.model.predict(rows)
        except CaseRowsError as refusal:
            raise unprocessable(
                [
                    Fault(f"/rows/{fault.row - 1}/{fault.column}", fault.problem)
                    for fault in refusal.faults
                ]
            ) from None
        self.sink.put(list(records_of_cases(case, request.state.request_id, rows, told)))
        return told
