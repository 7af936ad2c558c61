"""The gate's decision on a version: whether what the run keeps and the tags say is one thing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from faultcast.tracking.decision import DECISION, DECISION_RUN, DECISION_SHA256, STAGE, TOLD
from faultcast.tracking.link import Link
from faultcast.tracking.store import Store
from faultcast.tracking.version import GATE, Version

_NAME = "gate decision"
_FILE = f"{STAGE}/{DECISION}"


def check_decision(store: Store, version: Version) -> Link:
    """Compare a decision's file with its hash, its version and the version's tags."""
    tags = version.decision
    if not tags.get("outcome"):
        fault = f"none on {version}: make one with faultcast gate {version.name}"
        return Link(_NAME, "missing", (fault,))
    value = f"{tags['outcome']}: {tags.get('reason', '')}"
    run = version.tags.get(DECISION_RUN, "")
    content = store.artifact(run, _FILE)
    if content is None:
        return Link(_NAME, value, (f"{_FILE} of run {run or 'unknown'} is gone",))
    return Link(_NAME, value, tuple(_faults(version, content, tags)))


def _faults(version: Version, content: bytes, tags: Mapping[str, str]) -> Iterator[str]:
    found, expected = hashlib.sha256(content).hexdigest(), version.tags.get(DECISION_SHA256, "")
    if found != expected:
        yield f"{_FILE}: changed, its sha256 is {found[:12]}..., not {expected[:12]}..."
        return
    decision: dict[str, Any] = json.loads(content)
    if decision["challenger"]["sha256"] != version.digest:
        yield f"{_FILE}: it judges other bytes than those of {version}"
    for name in TOLD:
        if tags.get(name, "") != str(decision.get(name)):
            yield (
                f"tag {GATE}{name}: changed, it says {tags.get(name)!r}, the decision says "
                f"{decision.get(name)!r}"
            )
