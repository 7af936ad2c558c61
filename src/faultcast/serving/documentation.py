"""The OpenAPI document and its page: what each served model takes, from its manifest."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from faultcast.serving.openapi_models import describe_case, describe_plant
from faultcast.serving.openapi_parts import COMPONENTS, SECURITY, describe_protocol
from faultcast.serving.served import Served

_ASSETS = "/docs/assets"
_ABOUT = (
    "Probabilities that machines fail within the next hours. Every answer carries the model's "
    "version (X-Model-Version) and an id (X-Request-ID); failures are problem documents (RFC 9457)."
)
# Swagger's own dark colours, for those whose system is dark.
_DARK = b"""<script>
const dark = matchMedia("(prefers-color-scheme: dark)");
const choose = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", choose);
choose();
</script>
"""


def add_documentation(app: FastAPI, served: Served, *, secured: bool) -> None:
    """Add `/openapi.json` and `/docs`, which loads nothing from elsewhere."""
    made: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}

    def document() -> dict[str, Any]:
        versions = tuple((model.name, model.version) for model in served.models)
        if versions not in made:
            made.clear()
            made[versions] = _document(app, served, secured=secured)
        return made[versions]

    async def page(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        light = get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title="faultcast: API",
            swagger_js_url=f"{root}{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{_ASSETS}/favicon.png",
            swagger_ui_parameters={"tryItOutEnabled": True, "defaultModelsExpandDepth": -1},
        )
        return HTMLResponse(bytes(light.body).replace(b"</head>", _DARK + b"</head>"))

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to extend it
    app.mount(_ASSETS, StaticFiles(packages=[("fastapi_offline", "static")]), name="assets")
    app.add_route("/docs", page, include_in_schema=False)


def _document(app: FastAPI, served: Served, *, secured: bool) -> dict[str, Any]:
    """Describe the models that are served at this moment."""
    document = get_openapi(
        title=app.title, version=app.version, description=_ABOUT, routes=app.routes
    )
    for plant in served.plants.values():
        document["paths"] |= describe_plant(plant)
    for case in served.cases.values():
        document["paths"] |= describe_case(case, alone=len(served.cases) == 1)
    for model in served.models:
        document["paths"] |= describe_protocol(model, alone=served.only is not None)
    parts = document.setdefault("components", {})
    for kind, content in COMPONENTS.items():
        parts.setdefault(kind, {}).update(content)
    if secured:
        parts["securitySchemes"] = SECURITY
        document["security"] = [{name: []} for name in SECURITY]
    return document
