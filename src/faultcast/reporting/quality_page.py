"""The data-quality report as one self-contained page."""

from __future__ import annotations

from faultcast.data.quality import Quality
from faultcast.data.repairs import MEANINGS
from faultcast.data.stuck import LONGEST_REPETITION
from faultcast.reporting.quality_repairs import group_repairs
from faultcast.reporting.quality_strip import strips, ticks
from faultcast.reporting.tables import Card
from faultcast.reporting.wording import (
    count,
    hours,
    listing,
    number,
    percent,
    sentence,
    span,
    worded,
)
from faultcast.templates import templates

_MOST_NAMES = 12
_SHOWN = 10
_MOST_FILES = 20


def render_quality_page(quality: Quality) -> str:
    """Write the report as HTML that needs no other file."""
    pages = templates(
        "faultcast.reporting",
        moment=lambda time: time.strftime("%Y-%m-%d %H:%M"),
        count=count,
        hours=hours,
        number=number,
        percent=percent,
        sentence=sentence,
        worded=worded,
    )
    return pages.get_template("quality.html.j2").render(
        q=quality,
        verdict=_verdict(quality),
        cards=_cards(quality),
        strips=strips(quality.completeness),
        ticks=ticks(quality.completeness),
        repairs=group_repairs(quality.repairs),
        remarks=_remarks(quality),
        shown=_SHOWN,
        most_files=_MOST_FILES,
        meanings=MEANINGS,
        longest_repetition=LONGEST_REPETITION,
    )


def _verdict(quality: Quality) -> str:
    """Say in a sentence or two what the data are and how they are."""
    what = (
        f"{count(quality.rows, 'row')} from {count(quality.machines, 'machine')}, every "
        f"{quality.interval} from {quality.start:%d %B %Y} to {quality.end:%d %B %Y}."
    )
    ugly = [
        (
            quality.missing_readings,
            f"{percent(_missing_share(quality))} of the readings are missing",
        ),
        (quality.gap_count, f"there are {count(quality.gap_count, 'gap')}"),
        (quality.order.late_rows, f"{count(quality.order.late_rows, 'row')} came late"),
        (quality.duplicate_rows, f"{count(quality.duplicate_rows, 'row')} came twice"),
        (quality.stuck_count, f"sensors were stuck {count(quality.stuck_count, 'time')}"),
    ]
    found = [words for number_of, words in ugly if number_of]
    flaws = sentence(listing(found)) if found else "Nothing is missing, late, stuck or there twice"
    return f"{what} {flaws}."


def _cards(quality: Quality) -> tuple[Card, ...]:
    failures = sum(quality.events.get("failure", {}).values())
    mended = sum(made.count for made in quality.repairs)
    return (
        Card(f"{quality.rows:,}", "rows of telemetry"),
        Card(f"{quality.machines:,}", "machines"),
        Card(span(quality.end - quality.start), "of records"),
        Card(f"{failures:,}", "failures"),
        Card(
            percent(_missing_share(quality)),
            "of the readings missing",
            _missing_share(quality) > 0.01,
        ),
        Card(f"{quality.gap_count:,}", "gaps", quality.gap_count > 0),
        Card(f"{quality.stuck_count:,}", "stuck sensor runs", quality.stuck_count > 0),
        Card(f"{mended:,}", "rows repaired", mended > 0),
    )


def _missing_share(quality: Quality) -> float:
    return quality.missing_readings / (quality.rows * len(quality.sensors))


def _remarks(quality: Quality) -> list[str]:
    """Say what a reader should know of machines, codes, models and failures."""
    unheralded = count(quality.unheralded_failures, "failure")
    remarks = {
        "Machines that are named but sent no telemetry": quality.machines_without_telemetry,
        "Machines that nobody describes": quality.machines_without_description,
        "Codes that are kept but are no features, not being configured": _counted(
            quality.unknown_codes
        ),
        "Models that are no features, not being configured": _counted(quality.unknown_models),
    }
    told = [f"{what}: {_shortened(names)}." for what, names in remarks.items() if names]
    if quality.unheralded_failures:
        told.append(
            f"{unheralded} had no reading within the horizon before: nobody could forecast that."
        )
    return told


def _counted(counts: dict[str, int]) -> tuple[str, ...]:
    return tuple(f"{name} ({number_of:,})" for name, number_of in counts.items())


def _shortened(names: tuple[str, ...]) -> str:
    hidden = len(names) - _MOST_NAMES
    return listing([*names[:_MOST_NAMES], *([f"{hidden} more"] if hidden > 0 else [])])
