import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from faultcast.config.case import CaseSplit
from faultcast.features.case_split import split_case


def rows(counts: list[int]) -> pl.DataFrame:
    target = [place for place, count in enumerate(counts) for _ in range(count)]
    shuffled = pl.Series("target", target, dtype=pl.Int32).shuffle(seed=1)
    return pl.DataFrame([shuffled]).with_row_index("row")


@given(st.lists(st.integers(5, 60), min_size=2, max_size=4), st.integers(0, 9))
@settings(max_examples=40)
def test_each_row_is_in_one_part_and_each_class_gives_its_share(
    counts: list[int], seed: int
) -> None:
    table = rows(counts)
    parts = split_case(table, CaseSplit(test=0.2, seed=seed))
    assert pl.concat([parts.train, parts.test]).sort("row").equals(table)
    assert parts.train["row"].is_sorted()
    for place, count in enumerate(counts):
        assert parts.test.filter(target=place).height == max(round(0.2 * count), 1)


def test_the_seed_alone_decides() -> None:
    table = rows([50, 50])
    first, again, other = (split_case(table, CaseSplit(seed=seed)).test for seed in (0, 0, 1))
    assert first.equals(again)
    assert not first.equals(other)
    assert (
        split_case(table.with_columns(more=pl.lit(1)), CaseSplit()).test["row"].equals(first["row"])
    )
