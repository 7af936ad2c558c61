import errno
from pathlib import Path

import polars as pl
import pytest

from faultcast.data.parquet import write_parquet


def test_frames_of_other_chunks_give_the_same_bytes(tmp_path: Path) -> None:
    whole = pl.DataFrame({"a": range(1000), "b": [f"{n % 7}" for n in range(1000)]})
    pieces = pl.concat([whole[:300], whole[300:]], rechunk=False)
    write_parquet(whole, tmp_path / "whole.parquet")
    write_parquet(pieces, tmp_path / "pieces.parquet")
    assert (tmp_path / "whole.parquet").read_bytes() == (tmp_path / "pieces.parquet").read_bytes()
    assert pl.read_parquet(tmp_path / "whole.parquet").equals(whole)


def test_a_device_without_space_is_reported_as_the_system_does() -> None:
    with pytest.raises(OSError, match="No space left") as full:
        write_parquet(pl.DataFrame({"a": range(1000)}), Path("/dev/full"))
    assert full.value.errno == errno.ENOSPC
