"""Networks that read a question as a whole: trained, stored, applied."""

import sys

import numpy as np
import pytest
import torch

from recommender.network import FLOOR, Network, pieces
from recommender.network_learning import Lesson, NetworkSettings, train

TEXTS = np.eye(3, 4, dtype=np.float32)
FEW = NetworkSettings(heads=(0, 2), seen=4, width=8, hidden=16, fewest=1, epochs=30, batch=4)
PLAIN = np.array([0.0, 0.0, 0.0, 1.0], dtype=np.float32)


NOTHING = 3


def lesson(rows, *, vectors=None, renamed=None):
    """Texts of (tokens, wanted record or ``NOTHING``); each stands eight times.

    ``renamed`` gives the number of a row other tokens of the same meaning.
    """
    others = {n + len(rows) * again: own for n, own in (renamed or {}).items() for again in range(8)}
    rows = rows * 8
    wanted = np.zeros((len(rows), 4), dtype=np.float32)
    wanted[np.arange(len(rows)), [record for _, record in rows]] = 1.0
    if vectors is None:
        vectors = np.tile(PLAIN, (len(rows), 1))
    weights = np.ones(len(rows), dtype=np.float32)
    return Lesson([own for own, _ in rows], others, vectors, wanted, weights, len(rows))


TOGETHER = [(("泵", "热"), 0), (("泵", "冷"), 1), (("窑", "热"), 1), (("窑", "冷"), 0)]


def said(network, tokens, vector=PLAIN, known=(True, True, True), texts=TEXTS):
    rows = np.arange(3) * np.array(known)
    return network.outputs(rows, np.array(known), texts).support(tokens, vector)


def support(network, tokens, vector=PLAIN, known=(True, True, True), texts=TEXTS):
    return said(network, tokens, vector, known, texts).shares


def test_words_that_mean_something_only_together_are_learned():
    """No sum of word weights can tell these four apart."""
    network = train(lesson(TOGETHER), TEXTS, NetworkSettings(**{**vars(FEW), "epochs": 60, "dropped": 0.0}))
    for tokens, record in TOGETHER:
        assert support(network, tokens).argmax() == record


def test_the_same_lesson_gives_the_same_networks():
    first, second = (train(lesson(TOGETHER), TEXTS, FEW) for _ in range(2))
    assert first.names == second.names
    for one, other in zip(first.members, second.members, strict=True):
        assert (one.tokens == other.tokens).all()
        assert (one.outputs == other.outputs).all()


def test_networks_trained_beside_each_other_are_the_same():
    one, other = (
        train(lesson(TOGETHER), TEXTS, NetworkSettings(**{**vars(FEW), "processes": n})) for n in (1, 2)
    )
    for first, second in zip(one.members, other.members, strict=True):
        assert first.outputs == pytest.approx(second.outputs, abs=1e-4)


def test_training_beside_each_other_does_not_run_the_calling_script_again(monkeypatch, tmp_path):
    """A started page leaves a script behind that cannot be imported."""
    script = tmp_path / "page.py"
    script.write_text("script(*__args)", encoding="utf-8")
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(script), raising=False)
    network = train(lesson(TOGETHER), TEXTS, NetworkSettings(**{**vars(FEW), "processes": 2}))
    assert len(network.members) == len(FEW.heads)


def test_members_differ():
    one, other = train(lesson(TOGETHER), TEXTS, FEW).members
    assert (one.outputs != other.outputs).any()


@pytest.mark.parametrize("heads", [0, 1, 3])
def test_numpy_applies_what_torch_trained(heads):
    from recommender.network_learning import _stored
    from recommender.network_model import NetworkModel

    torch.manual_seed(1)
    model = NetworkModel(5, TEXTS, FEW, heads).eval()
    places, held = [0, 2, 4], np.array([0.6, 0.64, 0.48])
    vector = np.array([0.5, 0.5, 0.5, 0.5], dtype=np.float32)
    with torch.no_grad():
        odds = model([(np.array(places), held.astype(np.float32))], torch.from_numpy(vector[None]))[0].numpy()
    member = _stored(model)
    assert member.outputs @ np.append(member.hidden(places, held, vector), 1.0) == pytest.approx(
        odds, abs=2e-2
    )


@pytest.mark.parametrize("heads", [0, 3])
def test_a_text_is_read_the_same_beside_a_longer_one(heads):
    from recommender.network_model import NetworkModel

    torch.manual_seed(1)
    model = NetworkModel(5, TEXTS, FEW, heads).eval()
    short = (np.array([1, 3]), np.array([0.6, 0.8], dtype=np.float32))
    long = (np.arange(5), np.full(5, 0.45, dtype=np.float32))
    empty = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
    vectors = torch.from_numpy(np.tile(PLAIN, (3, 1)))
    with torch.no_grad():
        together = model([short, long, empty], vectors).numpy()
        for number, bag in enumerate((short, long, empty)):
            alone = model([bag], vectors[:1]).numpy()[0]
            assert together[number] == pytest.approx(alone, abs=1e-5)


def test_the_second_look_prefers_tokens_that_the_first_reading_asks_for():
    """A head that asks for one direction sees the token that lies there."""
    from recommender.network import Look

    look = Look(
        np.array([[[9.0, 0.0], [0.0, 0.0]]], dtype=np.float32),
        np.array([[[1.0, 0.0], [0.0, 1.0]]], dtype=np.float32),
        np.ones(2, dtype=np.float32),
        np.zeros(2, dtype=np.float32),
    )
    rows, held = np.eye(2, dtype=np.float32), np.array([0.7, 0.7])
    asked, against = (look.seen(rows, held, np.array([way], dtype=np.float32)) for way in (1.0, -1.0))
    assert asked[0] > asked[1] and against[0] < against[1]


def test_the_support_is_the_logarithm_of_a_share_above_the_floor():
    found = support(train(lesson(TOGETHER), TEXTS, FEW), ("泵", "热"))
    assert (found >= 0).all()
    assert np.exp((found - 1) * FLOOR).sum() <= 1.0 + 1e-6


def test_a_record_nobody_asked_about_is_read_by_its_text():
    """Questions whose vector is that of a record want that record; the third record was never there."""
    rows = [((), 0), ((), 1)]
    vectors = np.array([TEXTS[record] for _, record in rows * 8])
    taught = lesson(rows, vectors=vectors)
    choices = {**vars(FEW), "epochs": 60, "dropped_records": 1.0}
    network = train(taught, TEXTS, NetworkSettings(**choices))
    texts = np.array([TEXTS[0], TEXTS[1], TEXTS[0]])
    found = support(network, (), vector=TEXTS[0], known=(True, True, False), texts=texts)
    assert found[2] > found[1]


def test_a_question_is_read_together_with_a_question_any_other_text_alone():
    from recommender.network_learning import _others

    rows = np.arange(60)
    chosen = NetworkSettings(**{**vars(FEW), "joined": 1.0})
    others = _others(rows, 40, np.random.default_rng(0), chosen)
    assert (others[:40] < 40).all() and (others[:40] != rows[:40]).any()
    assert (others[40:] == rows[40:]).all()
    alone = NetworkSettings(**{**vars(FEW), "joined": 0.0})
    assert (_others(rows, 40, np.random.default_rng(0), alone) == rows).all()


def test_two_needs_in_one_text_want_both_records():
    rows = [(("窑", "热"), 0), (("泵", "响"), 1), (("灯", "暗"), 2)]
    network = train(lesson(rows), TEXTS, NetworkSettings(**{**vars(FEW), "epochs": 60}))
    found = np.exp((support(network, ("窑", "热", "泵", "响")) - 1) * FLOOR)
    assert found[2] < 0.1 < min(found[0], found[1])


def test_a_text_and_its_abbreviation_are_learned_for_the_same_record():
    rows = [(("氮氧化物",), 0), (("浓水",), 1)]
    renamed = {0: ("nox",), 1: ("ro",)}
    network = train(lesson(rows, renamed=renamed), TEXTS, NetworkSettings(**{**vars(FEW), "epochs": 60}))
    for own, record in [*rows, (renamed[0], 0), (renamed[1], 1)]:
        assert support(network, own).argmax() == record
    assert "nox" not in train(lesson(rows), TEXTS, FEW).names


def test_unknown_tokens_change_nothing():
    network = train(lesson(TOGETHER), TEXTS, FEW)
    assert (support(network, ("泵", "热", "没见过")) == support(network, ("泵", "热"))).all()


def test_a_text_without_any_known_token_has_an_answer():
    assert np.isfinite(support(train(lesson(TOGETHER), TEXTS, FEW), ("没见过",))).all()


def test_a_record_gains_nothing_when_a_better_one_is_missing():
    network = train(lesson(TOGETHER), TEXTS, FEW)
    whole = network.outputs(np.arange(3), np.ones(3, dtype=bool), TEXTS)
    fewer = network.outputs(np.array([1, 2]), np.ones(2, dtype=bool), TEXTS[1:])
    own = [one.support(("泵", "热"), PLAIN).shares for one in (whole, fewer)]
    assert own[1] == pytest.approx(own[0][1:])


def test_a_question_nothing_answers_is_told_from_one_that_a_record_answers():
    rows = [*TOGETHER, (("泵", "价格"), NOTHING), (("窑", "价格"), NOTHING)]
    network = train(lesson(rows), TEXTS, NetworkSettings(**{**vars(FEW), "epochs": 60}))
    for tokens, record in rows:
        heard = said(network, tokens)
        assert (heard.nothing > 0) == (record == NOTHING)
        assert heard.shares.max() == pytest.approx(1.0, abs=0.1) or record == NOTHING


def test_networks_that_were_not_trained_are_not_sure_of_nothing():
    assert said(Network.none(), ("泵",)).nothing == 0.0


def test_without_networks_nothing_is_said():
    assert support(Network.none(), ("泵",)).tolist() == [0.0, 0.0, 0.0]


def test_pieces_are_tokens_characters_and_the_division_each_once():
    assert pieces(("风机", "风"), "风机，风", "31") == ("风机", "风", "=风", "=机", "@31")
    assert pieces((), "风", "") == ("=风",)
