from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Client
from playwright.sync_api import Browser, expect

from faultcast.serving.app import create_app
from faultcast.serving.served import Served, ServedCase, ServedPlant
from tests.unit.serving.running import running


@pytest.fixture(scope="module")
def client(plant: ServedPlant, case: ServedCase) -> Iterator[Client]:
    with running(create_app(Served.of([plant, case]))) as client:
        yield client


@pytest.fixture(scope="module")
def document(client: Client) -> dict[str, Any]:
    content: dict[str, Any] = client.get("/openapi.json").json()
    return content


def test_every_input_is_described_with_type_unit_and_range(
    document: dict[str, Any], plant: ServedPlant
) -> None:
    operation = document["paths"]["/plants/small/features"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    inputs = schema["properties"]["rows"]["items"]["properties"]
    assert set(inputs) == {*plant.manifest.features.names, "machine", "time"}
    flow = inputs["flow_mean_24h"]
    assert flow["type"] == ["number", "null"]
    assert (flow["x-unit"], flow["x-range"]) == ("m³/h", [0, 120])
    assert "delivered flow" in flow["description"]
    assert all(inputs[name]["x-unit"] for name in plant.manifest.features.names)


def test_every_example_is_answered(client: Client, document: dict[str, Any]) -> None:
    answered = 0
    for path, operations in document["paths"].items():
        if "requestBody" not in operations.get("post", {}):
            continue
        for kind, content in operations["post"]["requestBody"]["content"].items():
            examples = [content["example"]] if "example" in content else []
            examples += [one["value"] for one in content.get("examples", {}).values()]
            for example in examples:
                body = {"content": example} if isinstance(example, str) else {"json": example}
                response = client.post(path, headers={"content-type": kind}, **body)
                assert response.status_code == 200, (path, response.text)
                answered += 1
                if path.endswith("/forecasts"):
                    (told,) = response.json()["forecasts"]
                    assert told["status"] == "ok"
    assert answered == 13
    parameters = document["paths"]["/predict"]["get"]["parameters"]
    address = {one["name"]: one["example"] for one in parameters}
    assert client.get("/predict", params=address).status_code == 200


def test_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/docs").text
    places = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)""", page)
    assert len(places) >= 4
    for place in places:
        assert place.startswith("/")
        assert client.get(place).status_code == 200


def test_examples_work_when_pressed(client: Client, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{client.base_url}/docs")
    for path in ("/plants/small/forecasts", "/cases/fruit/predictions"):
        block = page.locator(".opblock").filter(has=page.locator(f'[data-path="{path}"]'))
        block.locator(".opblock-summary").click()
        block.get_by_role("button", name="Execute").click()
        expect(block.locator(".live-responses-table tbody .response-col_status")).to_contain_text(
            "200"
        )
    page.close()


def test_page_is_dark_where_the_system_is(client: Client, browser: Browser) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{client.base_url}/docs")
        page.wait_for_selector(".opblock")
        grounds.add(page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor"))
        page.close()
    assert len(grounds) == 2


def test_another_model_has_another_schema(document: dict[str, Any]) -> None:
    columns = document["paths"]["/predict"]["get"]["parameters"]
    assert {one["name"] for one in columns} == {"weight", "length", "colour", "spots", "stalk"}
    readings = document["paths"]["/plants/small/forecasts"]["post"]["requestBody"]
    schema = readings["content"]["application/json"]["schema"]["properties"]["readings"]
    assert set(schema["items"]["properties"]) == {
        "machine",
        "time",
        "flow",
        "pressure",
        "vibration",
    }
