"""Who wrote what, by `dvc.lock`: also where it keeps stages that are no more."""

from __future__ import annotations

from faultcast.tracking.stage_lock import Item, StageLock

LOCK = b"""\
schema: "2.0"
stages:
  simulate@mill:
    cmd: faultcast simulate mill
    outs: [{path: data/raw/mill, md5: 11.dir}]
  ingest@mill:
    cmd: faultcast ingest mill
    deps: [{path: data/raw/mill, md5: 22.dir}]
    outs: [{path: data/interim/mill, md5: 33.dir}]
"""


def test_the_writer_of_a_folder_wrote_what_is_in_it_too() -> None:
    lock = StageLock.parse(LOCK)
    for path, md5 in (("data/interim/mill", "33.dir"), ("data/interim/mill/a.parquet", "44")):
        writer = lock.writer(Item(path, md5))
        assert writer
        assert writer.name == "ingest@mill"


def test_a_stage_that_wrote_other_bytes_there_is_not_behind_these() -> None:
    lock = StageLock.parse(LOCK)
    (ingest,) = [stage for stage in lock.stages if stage.name == "ingest@mill"]
    assert lock.writer(ingest.reads[0]) is None
    assert lock.upstream(ingest) == [ingest]
