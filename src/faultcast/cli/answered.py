"""From the id of a request to the model that answered it: what the prediction store tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faultcast.errors import AmbiguousRequestError
from faultcast.serving.store.database import opened
from faultcast.serving.store.questions import Found, find_request
from faultcast.settings import demo_store, prediction_store
from faultcast.tracking.link import Link


@dataclass(frozen=True)
class Answer:
    """What a request got: `model` is such as foundry/3, `link` begins its lineage."""

    model: str
    link: Link


def find_answer(root: Path, request_id: str) -> Answer | None:
    """Find a request in the store of the project's servers, or in that of its demo.

    Raises:
        StoreUrlError: FAULTCAST_STORE is no database's URL.
        StoreDownError: the store does not answer.
        AmbiguousRequestError: several models answered requests of this id.
    """
    for url in filter(None, (prediction_store(root), demo_store(root))):
        with opened(url) as database:
            rows = find_request(database, request_id) if database.exists else []
        if rows:
            models = sorted({f"{row['name']}/{row['version']}" for row in rows})
            if len(models) > 1:
                raise AmbiguousRequestError(request_id, models)
            return Answer(models[0], _link(rows, models[0]))
    return None


def _link(rows: Found, model: str) -> Link:
    count, made = len(rows), min(row["made_at"] for row in rows)
    told = f"{count} forecast{'s' if count > 1 else ''} by {model}, {made:%Y-%m-%d %H:%M} UTC"
    return Link("request", told, parts=tuple(_forecasts(rows)))


def _forecasts(rows: Found) -> Iterator[Link]:
    for number, row in enumerate(rows, start=1):
        risk = "" if row["probability"] is None else f"probability {row['probability']:.4f}, "
        yield Link(row["machine"] or f"row {number}", f"{risk}inputs sha256 {row['inputs_sha256']}")
