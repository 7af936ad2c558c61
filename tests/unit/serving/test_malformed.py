"""Whatever arrives, the answer is a problem document below 500, and the next request is served."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Client, Response
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from faultcast.serving.app import create_app
from faultcast.serving.example import example_readings, example_row
from faultcast.serving.served import Served, ServedCase, ServedPlant
from tests.unit.serving.running import connected, running

PATHS = (
    "/plants/small/features",
    "/plants/small/forecasts",
    "/plants/small/invocations",
    "/cases/fruit/predictions",
    "/cases/fruit/invocations",
)
JSON = {"content-type": "application/json"}
ODD = st.sampled_from(
    [
        1e300,
        -1e300,
        2**63,
        2**64,
        10**40,
        0.1,
        True,
        "",
        "x",
        "nan",
        None,
        [],
        {},
        [[]],
        "\x00",
        "é" * 99,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-01-01",
        "2026-02-30",
    ]
)


@pytest.fixture(scope="module")
def client(plant: ServedPlant, case: ServedCase) -> Iterator[Client]:
    with running(create_app(Served.of([plant, case]))) as client:
        yield client


def assert_told(response: Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        document = response.json()
        assert document["status"] == response.status_code
        assert document["detail"]
        assert "Traceback" not in response.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"rows":' * 5_000,
        b'{"rows":[{"flow_last":NaN}]}',
        b'{"rows":[{"flow_last":1e999}]}',
        b'{"rows":[{"flow_last":' + b"9" * 10_000 + b"}]}",
        b'{"readings":[{"machine":"a","time":"2026-01-01","flow":-Infinity}]}',
        '{"rows": []}'.encode("utf-16"),
        b'{"rows": ["\xff\xfe"]}',
        b'{"rows":["\\ud800"]}',
        b"null",
        b'"rows"',
        b'{"readings":[],"readings":3}',
        b'{"rows":[{}],"rows":[[]]}',
    ],
)
def test_odd_bodies_are_refused(client: Client, path: str, body: bytes) -> None:
    response = client.post(path, content=body, headers=JSON)
    assert_told(response)
    assert response.status_code in (400, 422)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200))
def test_random_bytes_are_refused(client: Client, path: str, body: bytes) -> None:
    assert_told(client.post(path, content=body, headers=JSON))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_odd_value_anywhere_is_refused_or_answered(
    client: Client, plant: ServedPlant, case: ServedCase, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(PATHS))
    body: Any = {
        "/plants/small/features": {"rows": [example_row(plant.manifest)]},
        "/plants/small/forecasts": example_readings(plant.manifest),
        "/plants/small/invocations": {"dataframe_records": [example_row(plant.manifest)]},
        "/cases/fruit/predictions": {"rows": [case.manifest.example]},
        "/cases/fruit/invocations": {"instances": [case.manifest.example]},
    }[path]
    body = json.loads(json.dumps(body))
    place = body
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.integers(0, 3)) == 0:
            odd = data.draw(ODD)
            place[key] = str(odd) if isinstance(odd, int) and odd > 2**64 else odd
            break
        place = place[key]
    assert_told(client.post(path, content=json.dumps(body), headers=JSON))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=40))
@example("text/csv; charset=latin-1")
@example("application/json; charset=utf-8")
def test_content_types_are_understood_or_415(client: Client, kind: str) -> None:
    response = client.post(PATHS[2], content=b"{}", headers={"content-type": kind.strip()})
    assert_told(response)
    assert response.status_code in (400, 415)


def test_body_that_comes_byte_by_byte_is_answered(client: Client, plant: ServedPlant) -> None:
    body = json.dumps({"rows": [example_row(plant.manifest)]}).encode()
    with connected(client) as line:
        head = f"POST {PATHS[0]} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        for byte in head.encode() + body:
            line.sendall(bytes([byte]))
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")


def test_cases_made_from_the_document_find_no_fault(client: Client, tmp_path: Path) -> None:
    """A longer run: `schemathesis run URL/openapi.json --max-time 600` with the same checks."""
    program = Path(sys.executable).with_name("schemathesis")
    checks = (
        "not_a_server_error,status_code_conformance,content_type_conformance,"
        "response_schema_conformance"
    )
    options = ["--checks", checks, "--phases", "examples,fuzzing", "--max-examples", "6"]
    options += ["--seed", "1", "--generation-database", ":memory:", "--no-color"]
    # That cases are made slowly says something of a busy machine, not of the server.
    options += ["--suppress-health-check", "too_slow"]
    ran = subprocess.run(
        [program, "run", f"{client.base_url}/openapi.json", *options],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
