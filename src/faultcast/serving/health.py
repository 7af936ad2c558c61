"""Whether the server lives and is ready, and which models it serves."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from faultcast.serving.served import Served, ServedPlant


class Live(BaseModel):
    """The process answers."""

    status: str = Field(examples=["live"])


class ModelState(BaseModel):
    """A model that is served."""

    kind: str = Field(description="plant or case", examples=["plant"])
    name: str = Field(examples=["bottling"])
    title: str = Field(examples=["Bottling plant"])
    version: str = Field(examples=["7"])
    refused: str | None = Field(
        description="why a newer version was not taken, if one was found", examples=[None]
    )


class Ready(BaseModel):
    """Every model has passed its self-test, a first forecast."""

    status: str = Field(examples=["ready"])
    models: list[ModelState]


@dataclass
class Health:
    """`/health/live`, `/health/ready` and `/models`."""

    served: Served

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(tags=["server"])
        router.get("/health/live", summary="Does the process answer?")(self.live)
        router.get("/health/ready", summary="Can it forecast?")(self.ready)
        router.get("/models", summary="Which models are served?")(self.models)
        return router

    async def live(self) -> Live:
        """Answer as long as the process does."""
        return Live(status="live")

    async def ready(self, response: Response) -> Ready:
        """Answer 200 when the models have forecast, 503 before."""
        models = self._states()
        if not models:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Ready(status="ready" if models else "starting", models=models)

    async def models(self) -> list[ModelState]:
        """List the models with their versions."""
        return self._states()

    def _states(self) -> list[ModelState]:
        return [
            ModelState(
                kind="plant" if isinstance(model, ServedPlant) else "case",
                name=model.name,
                title=model.manifest.title,
                version=model.version,
                refused=self.served.refused.get(model.folder.name),
            )
            for model in self.served.models
        ]
