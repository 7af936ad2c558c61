"""Every failure a user can cause or mend: one class each, whose message says what to do.

The command line prints the message without a traceback and ends with `exit_code`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SHOWN_VIOLATIONS = 20


class FaultcastError(Exception):
    """A failure with a message for people; 2 means the input is at fault, 1 the work itself."""

    exit_code = 2


class ProjectNotFoundError(FaultcastError):
    """No faultcast project at or above the folder."""

    def __init__(self, start: Path) -> None:
        super().__init__(
            f"{start}: no faultcast project here or above "
            "(a folder with params.yaml and configs/). Change into your clone and try again."
        )


class ConfigError(FaultcastError):
    """A configuration file that cannot be used, with every fault found in it."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__(
            "\n".join([f"{path}: the configuration cannot be used:", *_indent(faults)])
        )


class UnknownPlantError(FaultcastError):
    """A plant that has no configuration."""

    def __init__(self, plant: str, path: Path, known: Sequence[str]) -> None:
        have = f"known plants: {', '.join(known)}" if known else "no plant is configured yet"
        super().__init__(
            f"plant {plant!r} has no configuration {path} ({have}). "
            f"Write one with: faultcast plant new {plant} --telemetry FILE --failures FILE"
        )


@dataclass(frozen=True)
class Violation:
    """One place where a file breaks its contract.

    `row` is what a spreadsheet shows: the header is row 1, the first data row is row 2. It is None
    where the whole file or column is meant.
    """

    file: Path
    problem: str
    remedy: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [str(self.file)]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        return f"{', '.join(place)}: {self.problem}. {self.remedy}"


class ContractError(FaultcastError):
    """Input files that break their contract, with every violation."""

    def __init__(
        self, plant: str, violations: Sequence[Violation], report: Path | None = None
    ) -> None:
        self.violations = tuple(violations)
        shown = [str(v) for v in self.violations[:_SHOWN_VIOLATIONS]]
        if len(self.violations) > len(shown):
            where = f"all of them: {report}" if report else "mend these first"
            shown.append(f"... and {len(self.violations) - len(shown)} more ({where})")
        count = len(self.violations)
        plural = "s" if count > 1 else ""
        head = f"plant {plant}: {count} violation{plural} of the data contract; nothing was written"
        super().__init__("\n".join([head, *_indent(shown)]))


class DiskError(FaultcastError):
    """A file that could not be written; what was there before is untouched."""

    exit_code = 1

    def __init__(self, path: Path, reason: OSError) -> None:
        super().__init__(
            f"{path}: could not be written ({reason.strerror or reason}); the earlier version is "
            "untouched. Free some disk space or mend the permissions, then run the command again."
        )


class StageNotRunError(FaultcastError):
    """A file that an earlier stage writes and that is not there yet."""

    def __init__(self, path: Path, stage: str) -> None:
        super().__init__(f"{path}: not there yet. Write it with: dvc repro {stage}")


class SplitError(FaultcastError):
    """A part of the split that cannot teach or judge anything."""

    def __init__(self, part: str, rows: int, positives: int) -> None:
        lacks = "no row before a failure" if rows else "no row at all"
        if rows and positives == rows:
            lacks = "only rows before a failure"
        super().__init__(
            f"the {part} part of the split holds {lacks} ({rows} rows, {positives} of them within "
            "the horizon of a failure). Give it a larger share (split.validation, split.test), "
            "shorten horizon or features.windows, or bring longer records."
        )


class NotSimulatedError(FaultcastError):
    """A plant that the simulator does not know."""

    def __init__(self, plant: str, known: Sequence[str]) -> None:
        super().__init__(
            f"plant {plant!r} has no configs/simulation/{plant}.yaml: only embedded demo plants are "
            f"simulated ({', '.join(known) or 'there is none'}). A real plant's logs go to "
            f"data/raw/{plant}/ as they are."
        )


class ForeignLogsError(FaultcastError):
    """A raw folder that the simulator would replace although it did not write it."""

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        shown = ", ".join(files[:3]) + (", ..." if len(files) > len(files[:3]) else "")
        super().__init__(
            f"{folder}: holds {len(files)} file{'s' if len(files) > 1 else ''} that the simulator did "
            f"not write or that changed since ({shown}); nothing was written. Move the folder away "
            "or delete it, then run the command again."
        )


def _indent(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
