import pytest

from faultcast.config.model import Algorithm, Forest, Model


@pytest.mark.parametrize("algorithm", Algorithm)
def test_each_algorithm_has_a_section_of_its_name_that_can_be_changed(algorithm: Algorithm) -> None:
    model = Model.model_validate({"algorithm": algorithm, algorithm: {"others": 7}})
    assert model.hyperparameters.others == 7
    assert model.hyperparameters == getattr(model, algorithm)


def test_the_section_of_another_algorithm_does_not_count() -> None:
    model = Model(algorithm=Algorithm.RANDOM_FOREST, extra_trees=Forest(n_estimators=3))
    assert model.hyperparameters == Forest()
