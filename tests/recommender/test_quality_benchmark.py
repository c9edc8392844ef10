"""benchmarks/quality.py takes what a training left for it, nothing that has seen the questions kept back."""

import dataclasses

import pytest

from benchmarks import quality
from recommender.asked import ASKED, save
from recommender.learning import LearningSettings
from recommender.network_learning import NetworkSettings
from recommender.training_set import learn_others, load_training, read_questions

FEW = NetworkSettings(heads=(1,), seen=4, width=8, hidden=16, fewest=1, epochs=1, batch=16)


def test_only_what_the_questions_not_kept_back_taught_is_taken(engine, monkeypatch, tmp_path):
    questions = load_training(set(engine.ids))[:8]
    monkeypatch.setattr(quality, "load_training", lambda ids: questions)
    monkeypatch.setattr(quality, "intent_examples", list)
    settings = LearningSettings(iterations=1, network=FEW)
    own = learn_others(engine, read_questions(engine, questions), [], settings=settings)
    six, strange = tmp_path / "six.safetensors", tmp_path / "strange.safetensors"
    save(own, six)
    assert len(quality.seen_through_others(engine, six)) == 2
    save(dataclasses.replace(own, encoder="another"), strange)
    for path in (strange, ASKED):
        with pytest.raises(SystemExit, match="train --kept-back"):
            quality.seen_through_others(engine, path)
