import pytest

from faultcast.config.model import Algorithm, Forest, Model

SINGLE = [algorithm for algorithm in Algorithm if algorithm is not Algorithm.AVERAGE]


@pytest.mark.parametrize("algorithm", SINGLE)
def test_each_algorithm_has_a_section_of_its_name_that_can_be_changed(algorithm: Algorithm) -> None:
    model = Model.model_validate({"algorithm": algorithm, algorithm: {"others": 7}})
    assert model.hyperparameters.others == 7
    assert model.hyperparameters == getattr(model, algorithm)


def test_the_section_of_another_algorithm_does_not_count() -> None:
    model = Model(algorithm=Algorithm.RANDOM_FOREST, extra_trees=Forest(n_estimators=3))
    assert model.hyperparameters == Forest()


def test_the_average_is_made_of_the_sections_of_its_members() -> None:
    sections = {"hist_gradient_boosting": {"max_iter": 9}, "logistic_regression": {"C": 2}}
    boosting, linear = Model.model_validate({"algorithm": "average", **sections}).members
    assert boosting.hyperparameters.max_iter == 9
    assert linear.hyperparameters.C == 2
    assert boosting.members == (boosting,)
