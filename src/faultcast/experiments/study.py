"""What is known of a set's trials at a plant: kept by Optuna, so that a killed run goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import optuna
import polars as pl
from optuna.trial import FrozenTrial, Trial, TrialState

from faultcast.config.experiment import ExperimentSet
from faultcast.errors import FaultcastError
from faultcast.experiments.variation import combinations
from faultcast.files import replacing

FAULT = "fault"
CONFIGURED = "configured"
_ENDED = (TrialState.COMPLETE, TrialState.PRUNED)
_BEFORE_PRUNING = 4

optuna.logging.set_verbosity(optuna.logging.WARNING)


@dataclass(frozen=True)
class PlantStudy:
    """The trials of one plant, in a folder of its own.

    `under` stands for all that must be the same for trials to be compared: data, code, settings.
    """

    experiments: ExperimentSet
    plant: str
    folder: Path
    study: optuna.Study
    _lock: Lock

    @classmethod
    def open(cls, experiments: ExperimentSet, plant: str, parent: Path, under: str) -> PlantStudy:
        """Open the study of a plant, where a killed run left it."""
        key = experiments.model_dump_json(exclude={"title", "question", "plants", "trials"}) + under
        folder = parent / f"{plant}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        folder.mkdir(parents=True, exist_ok=True)
        storage = optuna.storages.RDBStorage(f"sqlite:///{folder / 'trials.db'}")
        study = optuna.create_study(
            storage=storage,
            study_name=plant,
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=_BEFORE_PRUNING),
        )
        if experiments.trials is None:
            for combination in combinations(experiments):
                study.enqueue_trial(combination, skip_if_exists=True)
        id_in_storage = storage.get_study_id_from_name(plant)
        for trial in study.get_trials(states=(TrialState.RUNNING,)):  # of a killed run
            # It keeps its number and its values, those too that it had not drawn yet.
            storage.set_trial_state_values(
                storage.get_trial_id_from_study_id_trial_number(id_in_storage, trial.number),
                state=TrialState.FAIL if FAULT in trial.user_attrs else TrialState.WAITING,
            )
        return cls(experiments, plant, folder, study, Lock())

    @property
    def wanted(self) -> int:
        """How many trials there are to be."""
        possible = self.experiments.combinations
        return min(n for n in (self.experiments.trials, possible) if n is not None)

    @property
    def ended(self) -> list[FrozenTrial]:
        """Return the trials that need not be made again, oldest first."""
        trials = self.study.get_trials(deepcopy=False)
        return [one for one in trials if one.state in _ENDED or FAULT in one.user_attrs]

    def ask(self) -> Trial:
        """Begin a trial; what it draws depends on its number, the seed and those before it."""
        with self._lock:
            trials = self.study.get_trials(deepcopy=False)
            waiting = (one.number for one in trials if one.state == TrialState.WAITING)
            self.study.sampler = optuna.samplers.TPESampler(
                seed=self.experiments.seed + next(waiting, len(trials)),
                n_startup_trials=_BEFORE_PRUNING,
            )
            return self.study.ask()

    def complete(self, trial: Trial, value: float) -> None:
        """End a trial with its value."""
        with self._lock:
            self.study.tell(trial, value)

    def prune(self, trial: Trial) -> None:
        """End a trial that fell behind at the first look."""
        with self._lock:
            self.study.tell(trial, state=TrialState.PRUNED)

    def fail(self, trial: Trial, failure: FaultcastError) -> None:
        """End a trial that could not be made, and remember why."""
        with self._lock:
            trial.set_user_attr(FAULT, str(failure))
            self.study.tell(trial, state=TrialState.FAIL)

    def keep(self, name: str, forecasts: pl.DataFrame) -> None:
        """Keep a model's forecasts of validation: machine, failing, probability."""
        with replacing(self.folder / f"{name}.parquet") as draft:
            forecasts.write_parquet(draft)

    def forecasts(self, name: str) -> pl.DataFrame | None:
        """Return what was kept under a trial's number, or for the plant as it is configured."""
        path = self.folder / f"{name}.parquet"
        return pl.read_parquet(path) if path.exists() else None


def ranked(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return the complete trials, best first."""
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    return sorted(complete, key=lambda trial: (-(trial.value or 0), trial.number))
