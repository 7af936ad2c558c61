"""Every failure a user can cause or mend: one class each, whose message says what to do.

The command line prints the message without a traceback and ends with `exit_code`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SHOWN_OF_A_KIND = 5


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


class UnknownCaseError(FaultcastError):
    """A case that has no configuration."""

    def __init__(self, case: str, path: Path, known: Sequence[str]) -> None:
        have = f"known cases: {', '.join(known)}" if known else "no case is configured yet"
        super().__init__(
            f"case {case!r} has no configuration {path} ({have}). "
            f"Write one with: faultcast case new {case} --table FILE --target COLUMN"
        )


@dataclass(frozen=True)
class Violation:
    """One place where a file breaks its contract.

    `row` is the row that a spreadsheet shows: of a CSV file the header is row 1 and the first
    record row 2; of a Parquet file, which has no header row, the first record is row 1. None means
    the whole file.
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
    """Input files that break their contract, with every violation.

    The message shows the first of each kind; `violations` holds all of them.
    """

    def __init__(self, name: str, violations: Sequence[Violation], kind: str = "plant") -> None:
        self.violations = tuple(violations)
        count = len(self.violations)
        plural = "s" if count > 1 else ""
        head = (
            f"{kind} {name}: {count:,} violation{plural} of the data contract; nothing was written"
        )
        super().__init__("\n".join([head, *_indent(self._first_of_each_kind(kind, name))]))

    def _first_of_each_kind(self, kind: str, name: str) -> list[str]:
        kinds: dict[tuple[Path, str | None, str], list[Violation]] = {}
        for violation in self.violations:
            alike = (violation.file, violation.column, violation.remedy)
            kinds.setdefault(alike, []).append(violation)
        lines = []
        for violations in kinds.values():
            lines += [str(violation) for violation in violations[:_SHOWN_OF_A_KIND]]
            hidden = len(violations) - _SHOWN_OF_A_KIND
            if hidden > 0:
                lines.append(
                    f"... and {hidden:,} more like it (faultcast {kind} check {name} --all)"
                )
        return lines


class UnreadableFileError(FaultcastError):
    """An input file that cannot be read as a table, with every reason."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n".join(str(violation) for violation in violations))


class DiskError(FaultcastError):
    """A file that could not be written; what was there before is untouched."""

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
            f"plant {plant!r} has no configs/simulation/{plant}.yaml: only embedded demo plants "
            f"are simulated ({', '.join(known) or 'there is none'}). A real plant's logs go to "
            f"data/raw/{plant}/ as they are."
        )


class ForeignLogsError(FaultcastError):
    """A raw folder that the simulator would replace although it did not write it."""

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        shown = ", ".join(files[:3]) + (", ..." if len(files) > len(files[:3]) else "")
        super().__init__(
            f"{folder}: holds {len(files)} file{'s' if len(files) > 1 else ''} that the simulator "
            "did "
            f"not write or that changed since ({shown}); nothing was written. Move the folder away "
            "or delete it, then run the command again."
        )


class TrackingError(FaultcastError):
    """Runs that could not be delivered; they are kept on disk."""

    exit_code = 1

    def __init__(self, waiting: int, reason: str) -> None:
        runs = "1 run waits" if waiting == 1 else f"{waiting} runs wait"
        super().__init__(
            f"{reason}\n  {runs} in .faultcast/records, nothing is lost. "
            "Deliver later with: faultcast sync"
        )


class UndeliverableError(FaultcastError):
    """Runs that the tracking store will not take, or whose record is damaged; they stay on disk."""

    exit_code = 1

    def __init__(self, faults: Sequence[str]) -> None:
        runs = "1 run" if len(faults) == 1 else f"{len(faults)} runs"
        super().__init__("\n".join([f"{runs} could not be delivered:", *_indent(faults)]))


class SyncBusyError(FaultcastError):
    """Another delivery at work in the same checkout."""

    exit_code = 1

    def __init__(self) -> None:
        super().__init__("another faultcast sync is delivering this checkout's runs just now")


class PostgresMissingError(FaultcastError):
    """PostgreSQL is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL is not installed: no pg_ctl in PATH or below /usr/lib/postgresql. On "
            "Debian: sudo apt-get install postgresql. Without it, runs go to the checkout's "
            "mlflow.db."
        )


class PostgresError(FaultcastError):
    """A PostgreSQL that does not start."""

    exit_code = 1

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"PostgreSQL does not start in {folder}:\n"
            + "\n".join(_indent(reason.splitlines()))
            + "\nRun by root it runs as the user postgres, who must be able to reach the folder: "
            "name another one with --folder."
        )


class ServerBusyError(FaultcastError):
    """A folder on which a tracking server runs already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: a tracking server runs on this folder already. Use that one, or name "
            "another folder with --folder."
        )


class ServerError(FaultcastError):
    """An MLflow server that does not start."""

    exit_code = 1

    def __init__(self, log: Path, reason: str) -> None:
        super().__init__(
            f"the MLflow server does not start; the end of {log}:\n"
            + "\n".join(_indent(reason.splitlines()))
            + "\nIf its port is taken, name another one with --port."
        )


class StoreAddressError(FaultcastError):
    """An address of a tracking store that MLflow does not know."""

    def __init__(self, uri: str) -> None:
        super().__init__(
            f"MLFLOW_TRACKING_URI is {uri!r}: not the address of a tracking store. Give a server "
            "(http://host:5000) or a database file (sqlite:////folder/mlflow.db), or unset it for "
            "the checkout's mlflow.db. Tracked runs stay in .faultcast/records meanwhile."
        )


class StoreError(FaultcastError):
    """A tracking store that does not answer as it should."""

    exit_code = 1

    def __init__(self, uri: str, reason: str) -> None:
        super().__init__(
            f"{uri}: {reason}. Is the server up (make tracking-server), and MLFLOW_TRACKING_URI "
            "its address?"
        )


class RecordError(FaultcastError):
    """A run on disk that cannot be read."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(
            f"{path}: the record cannot be read: {fault}. Its outputs are not concerned; mend the "
            "file, or remove its folder to give the run up."
        )


class UnknownColumnError(FaultcastError):
    """A column that lists of runs do not have."""

    def __init__(self, column: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no column {column!r}. Columns: {', '.join(known)}")


class UnknownRunError(FaultcastError):
    """An id that is that of no run, or the beginning of several."""

    def __init__(self, identity: str, found: Sequence[str]) -> None:
        several = f"{len(found)} runs begin like that ({', '.join(found[:3])}, ...)"
        super().__init__(
            f"run {identity!r}: {several if found else 'no run has this id'}. "
            "The runs and their ids: faultcast experiments"
        )


class ManifestError(FaultcastError):
    """A model's manifest that cannot be read."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(
            f"{path}: not the manifest of a model: {fault}. "
            f"Write it again with: python scripts/train_model.py {path.parent.name}"
        )


class ModelFileError(FaultcastError):
    """A model that is not the one its manifest describes."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"{path}: its sha256 is {found[:12]}..., its manifest says {expected[:12]}...: the "
            "model and the manifest are not of one training. Fetch both again with: dvc checkout, "
            f"or train with: python scripts/train_model.py {path.parent.name}"
        )


class SelfTestError(FaultcastError):
    """A model that does not forecast its own example."""

    exit_code = 1

    def __init__(self, folder: Path, version: str, fault: str) -> None:
        super().__init__(
            f"{folder}: version {version} fails its self-test: {fault}. Train or fetch it again."
        )


class ScoreFileError(FaultcastError):
    """A file for forecasts whose format its name does not tell."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the file's name must end in .parquet or .csv")


class NothingToServeError(FaultcastError):
    """A folder without a model."""

    def __init__(self, home: Path) -> None:
        super().__init__(
            f"{home}: holds no model to serve. Train one with: make run; or name another folder "
            "with --artifacts or the variable ARTIFACTS_HOME."
        )


class OpenServerError(FaultcastError):
    """A server that others could reach and that knows no API keys."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"--host {host}: others could reach the server, and no API key is set. Make one with: "
            "faultcast api-key NAME; put what it prints into the variable FAULTCAST_API_KEYS. Or "
            "let the server make a key each time it starts: FAULTCAST_KEY_FILE=FILE."
        )


class AskError(FaultcastError):
    """A server, or a model that it serves, does not answer as it should."""

    exit_code = 1

    def __init__(self, address: str, problem: str) -> None:
        super().__init__(f"{address}: {problem}")


class ApiKeyError(FaultcastError):
    """The variable FAULTCAST_API_KEYS cannot be read."""

    def __init__(self, entry: int) -> None:
        super().__init__(
            f"FAULTCAST_API_KEYS, entry {entry}: expected NAME:ROLE:SHA256 with the role read or "
            "forecast, entries apart by commas. Make one with: faultcast api-key NAME"
        )


class LimitError(FaultcastError):
    """A limit of the server that is no positive number."""

    def __init__(self, variable: str, value: str) -> None:
        super().__init__(f"{variable}={value!r}: expected a number above 0")


class FeatureColumnsError(FaultcastError):
    """Rows that lack what a model reads."""

    def __init__(self, missing: Sequence[str], text: Sequence[str]) -> None:
        faults = [f"{', '.join(missing)}: missing"] if missing else []
        faults += [f"{', '.join(text)}: no numbers"] if text else []
        super().__init__(
            f"columns that the model reads: {'; '.join(faults)}. Build the rows with the features "
            "of the model's manifest."
        )


@dataclass(frozen=True)
class CellFault:
    """A value of a row that a case's model cannot read; the first row is row 1."""

    row: int
    column: str
    problem: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.problem}"


class CaseRowsError(FaultcastError):
    """Rows that a case's model cannot read, with every fault."""

    def __init__(self, case: str, faults: Sequence[CellFault]) -> None:
        self.faults = tuple(faults)
        shown = [str(fault) for fault in faults[:_SHOWN_OF_A_KIND]]
        hidden = len(faults) - len(shown)
        shown += [f"... and {hidden:,} more"] if hidden else []
        super().__init__("\n".join([f"case {case}: rows that cannot be read:", *_indent(shown)]))


class LeakError(FaultcastError):
    """Columns that tell the answer by themselves: most likely they were written after it."""

    def __init__(self, case: str, table: Path, config: Path, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        told = "tells" if len(columns) == 1 else "each alone tells"
        super().__init__(
            f"case {case}: {table}, column {', '.join(columns)}: a suspected leak: {told} the "
            "class of nearly every row, as a copy of the answer would. Take what is written after "
            f"the answer out of columns in {config}; what is truly known before it stays with "
            "trusted: true."
        )


class OneClassError(FaultcastError):
    """A component whose failures the training part does not show often enough to learn from."""

    def __init__(
        self, plant: str, component: str, rows: int, positives: int, failures: int
    ) -> None:
        super().__init__(
            f"plant {plant}, component {component}: the training part holds {rows} rows, "
            f"{positives} of them within the horizon of {failures} failure"
            f"{'' if failures == 1 else 's'}: too few to learn from, at least 2 failures are "
            f"needed. Take {component} out of components, merge it with another component, shorten "
            "split.validation and split.test, or bring longer records."
        )


class ExportError(FaultcastError):
    """An exported model that does not forecast as the trained one."""

    exit_code = 1

    def __init__(self, name: str, difference: float, bound: float, kind: str = "plant") -> None:
        super().__init__(
            f"{kind} {name}: the exported model's probabilities differ by up to {difference:.1e} "
            f"from the trained one's (at most {bound:.0e} is allowed); nothing was written. "
            "Install "
            "the locked versions of skl2onnx and onnxruntime (rm -rf .venv, then make run); if it "
            f"stays, please report it with the {kind}'s configuration."
        )


def _near(path: Path) -> str:
    """Return a path from the working directory, or from the root where that is shorter."""
    return min(os.path.relpath(path), str(path), key=len)


def _indent(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


class NotebookError(FaultcastError):
    """A notebook that cannot be a stage."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{_near(path)}: {fault}")


class ParameterError(FaultcastError):
    """Parameters that a notebook does not accept, with everything that it does accept."""

    def __init__(self, path: Path, faults: Sequence[str], accepted: Sequence[str]) -> None:
        self.faults = tuple(faults)
        listed = ["it accepts:", *_indent(accepted)] if accepted else ["it has no parameters cell"]
        super().__init__(
            "\n".join(
                [
                    f"{_near(path)}: wrong parameters, nothing was run:",
                    *_indent(faults),
                    *_indent(listed),
                ]
            )
        )


class CellError(FaultcastError):
    """A cell that failed, hung or took the kernel down; the last good outputs are untouched."""

    exit_code = 1

    def __init__(self, place: str, failure: str, kept: Path, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__("\n".join([place, *_indent(failure.splitlines()), _kept(kept)]))


class PassedOnError(FaultcastError):
    """A failure of faultcast's own inside a notebook; its message needs no place in the code."""

    def __init__(self, message: str, kept: Path, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(f"{message}\n{_kept(kept)}")


def _kept(notebook: Path) -> str:
    return f"The notebook as far as it got: {notebook}"


class MissingOutputError(FaultcastError):
    """A notebook that ended well and left an output of its stage empty."""

    exit_code = 1

    def __init__(self, output: Path) -> None:
        super().__init__(
            f"{output}: the notebook wrote nothing there, but its stage promises it; the earlier "
            "version is "
            "untouched. Write the result into this folder, or take the output out of the stage."
        )


class MissingInputError(FaultcastError):
    """A dependency that is not there and that no stage writes."""

    def __init__(self, path: str, hint: str) -> None:
        super().__init__(
            f"{path} does not exist, and no stage writes it{hint or '.'} Nothing was written. "
            "If it is yet to come, --no-run puts the stage into dvc.yaml all the same."
        )


class ValuesFileError(FaultcastError):
    """A file of parameter values that cannot be used."""

    def __init__(self, source: str, fault: str) -> None:
        super().__init__(f"{source}: {fault}")


class GuessError(FaultcastError):
    """A file whose meaning cannot be guessed."""

    def __init__(self, path: Path, what: str, columns: Sequence[str]) -> None:
        super().__init__(
            f"{path}: no column looks like {what} (columns: {', '.join(columns)}). Check that the "
            "file is the right one, rename the column, or write the plant's configuration by hand."
        )


class PlantExistsError(FaultcastError):
    """A plant that is already there."""

    def __init__(self, plant: str, path: Path) -> None:
        super().__init__(
            f"plant {plant!r}: {path} is already there; nothing was written. "
            "Choose another name, or move it away first."
        )


class CaseExistsError(FaultcastError):
    """A case that is already there, or whose name is a plant's."""

    def __init__(self, case: str, path: Path) -> None:
        super().__init__(
            f"case {case!r}: {path} is already there; nothing was written. "
            "Choose another name, or move it away first."
        )


class SameNameError(FaultcastError):
    """Two files of a new plant that cannot stand in one folder."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"two of the plant's files are called {name}; nothing was written. Rename one of them."
        )


class BrokenModuleError(FaultcastError):
    """A module whose imports cannot be read."""

    def __init__(self, path: Path, line: int | None, fault: str) -> None:
        super().__init__(f"{path}, line {line}: not Python ({fault}); mend it and try again")


class PipelineFileError(FaultcastError):
    """A `dvc.yaml` that cannot be read."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path}: not a DVC pipeline: {fault}")


class UncoveredCodeError(FaultcastError):
    """Code that stages run and whose changes DVC would not see."""

    exit_code = 1

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            f"the stage code does not depend on {', '.join(missing)}, which other stages run. "
            "Add it with: faultcast pipeline sync"
        )


class StageError(FaultcastError):
    """A stage that DVC cannot run or record."""

    exit_code = 1

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


class OutsideProjectError(FaultcastError):
    """A path that leaves the project."""

    def __init__(self, typed: str, root: Path) -> None:
        super().__init__(
            f"{typed}: outside of the project {root}. A stage reads and writes inside of it only: "
            "copy or link the file below data/raw/."
        )


class DataFolderError(FaultcastError):
    """A folder that cannot be a stage's output of data."""

    def __init__(self, typed: str, remedy: str) -> None:
        super().__init__(f"{typed or '(nothing)'}: not a folder that a stage can own: {remedy}")


class SameFolderError(FaultcastError):
    """A stage that would read what it writes."""

    def __init__(self, output: str, dependency: str, proposal: str) -> None:
        super().__init__(
            f"{output} is to be written and {dependency} to be read by the same stage; then it "
            "would never "
            f"be up to date. Give the output a folder of its own, for example:\n  {proposal}"
        )


class StageNameError(FaultcastError):
    """A stage's name that is taken, ambiguous or not possible."""


class LineBreakError(FaultcastError):
    """A value that does not fit on the line of a command."""

    def __init__(self, value: str) -> None:
        super().__init__(
            f"{value!r} has a line break, which DVC takes for the end of the command. Write the "
            "value into a YAML file and pass that with -f."
        )


class PipelineGraphError(FaultcastError):
    """Stages that do not go together."""


class DeliveryError(FaultcastError):
    """A server cannot be installed or asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class NoDataRemoteError(FaultcastError):
    """A data remote that is not configured."""

    def __init__(self, asked: str | None, known: Sequence[str]) -> None:
        fault = (
            f"no data remote is called {asked!r}" if asked else "there is no default data remote"
        )
        have = f" (there are: {', '.join(known)})" if known else ""
        super().__init__(
            f"{fault}{have}. Add one with: dvc remote add --default NAME URL, where URL is a "
            "folder or ssh://USER@HOST/FOLDER (docs/remotes.md)."
        )


class DataRemoteError(FaultcastError):
    """A data remote that cannot be used."""

    exit_code = 1

    def __init__(self, remote: str, reason: str) -> None:
        super().__init__(f"data remote {remote}: {reason}")


class TransferError(FaultcastError):
    """Files that did not get to a data remote or from there, or not whole."""

    exit_code = 1

    def __init__(self, remote: str, reason: str) -> None:
        super().__init__(
            f"data remote {remote}: not everything arrived: {reason}.\n"
            "  What arrived is kept: run the command again."
        )


class RawLogsError(FaultcastError):
    """Logs that cannot be had where a plant delivers them."""

    exit_code = 1

    def __init__(self, path: str, source: str, reason: str) -> None:
        super().__init__(f"{path}: nothing came from {source}: {reason}. What was there is kept.")


class UnknownDeliveryError(FaultcastError):
    """Plants whose logs were not imported from where they are delivered."""

    def __init__(self, missing: Sequence[str], known: Sequence[str]) -> None:
        have = f" (those of {', '.join(known)} were)" if known else ""
        super().__init__(
            f"the logs of {', '.join(missing)} were not imported{have}. Say where they are "
            "delivered with: faultcast data import PLANT ssh://USER@HOST/FOLDER (or a folder)."
        )


class RegistryError(FaultcastError):
    """A model registry that cannot be reached or does not do what it is asked."""

    exit_code = 1

    def __init__(self, uri: str, reason: str) -> None:
        super().__init__(
            f"model registry {uri}: {reason}\n  Check MLFLOW_TRACKING_URI (unset, the checkout's "
            "mlflow.db is used) and that its server runs, then run the command again."
        )


class UnknownModelError(FaultcastError):
    """A plant or case of which the registry holds no version."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        have = f"registered: {', '.join(known)}" if known else "nothing is registered yet"
        super().__init__(
            f"{name!r} has no registered model ({have}). Register one with: faultcast gate {name}"
        )


class UnknownVersionError(FaultcastError):
    """A number or alias under which the registry holds no version."""

    def __init__(self, name: str, which: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{name} has no version {which!r}; there are: {', '.join(known)}. "
            f"See: faultcast models list {name}"
        )


class ModelFolderError(FaultcastError):
    """A model's folder that cannot be registered or is not what was registered."""

    def __init__(self, where: str, fault: str) -> None:
        super().__init__(f"{where}: {fault}")


class ChampionMovedError(FaultcastError):
    """A champion that another gate or person replaced meanwhile."""

    exit_code = 1

    def __init__(self, name: str, expected: int | None, found: int | None) -> None:
        before, now = (f"version {one}" if one else "none" for one in (expected, found))
        super().__init__(
            f"{name}: the champion was {before} and is now {now}: somebody promoted or rolled back "
            "at the same time; no alias was changed. Run the command again."
        )


class NoPreviousError(FaultcastError):
    """A rollback with nothing to go back to."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no previous champion to go back to. See: faultcast models list {name}"
        )


class GateError(FaultcastError):
    """A model that the gate cannot judge; nothing was promoted."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name}: the model cannot be judged: {reason}. Nothing was promoted. Train it on "
            f"today's data (make run), then: faultcast gate {name}"
        )


class RefusedError(FaultcastError):
    """Models that the gate refused, in a mode in which that is a failure."""

    exit_code = 1

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"the gate refused {', '.join(names)}; the champions stay. The pages above say why. "
            "Train a better model, or put one through with: "
            f"faultcast gate {names[0]} --override REASON"
        )


class UnknownSubjectError(FaultcastError):
    """Something whose lineage was asked for and that is no version, run or model."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no version (foundry/3, foundry@champion), no run, no model's file or "
            "folder, and no request that the prediction store knows. See the versions with: "
            "faultcast models"
        )


class UnknownHashError(FaultcastError):
    """A model that is named by its hash and is not there any more."""

    def __init__(self, name: str, sha256: str, folder: Path) -> None:
        super().__init__(
            f"no model of {name} whose sha256 begins with {sha256} is registered, and {folder} "
            "holds another one. Serve registered models, and each version can be followed: "
            f"faultcast gate {name}"
        )


class AmbiguousRequestError(FaultcastError):
    """A request's id that callers sent more than once, and that several models answered."""

    def __init__(self, request_id: str, models: Sequence[str]) -> None:
        super().__init__(
            f"request {request_id!r} was answered by {' and '.join(models)}: its id came more than "
            f"once. Ask for one of them: faultcast lineage {models[0]}"
        )


class ReproductionError(FaultcastError):
    """A version that cannot be built again."""

    exit_code = 1

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} cannot be built again: {reason}")


class UnknownExperimentError(FaultcastError):
    """An experiment set without a file."""

    def __init__(self, name: str, path: Path, known: Sequence[str]) -> None:
        there_are = ", ".join(known) or "none"
        super().__init__(f"no experiment set {name!r}: {path} is missing; there are: {there_are}")


class ExperimentError(FaultcastError):
    """A variation that could not be taken through the belt's stages."""

    exit_code = 1

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")


class StoreUrlError(FaultcastError):
    """A prediction store's address that cannot be used; it may hold a password and is not shown."""

    def __init__(self, fault: str) -> None:
        super().__init__(
            f"FAULTCAST_STORE: {fault}. Expected sqlite:///FILE, "
            "postgresql://USER@HOST/DATABASE, or none"
        )


class StoreDownError(FaultcastError):
    """A prediction store that does not answer."""

    exit_code = 1

    def __init__(self, url: str) -> None:
        super().__init__(f"the prediction store {url} does not answer: see whether it runs")
