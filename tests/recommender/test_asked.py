"""Record vectors learned from graded questions, and the questions themselves."""

import csv

import numpy as np
import pytest

from catalog.errors import CatalogError
from recommender.asked import AskedVectors, WordWeights, inputs, load_asked, save
from recommender.intent import IntentExample
from recommender.learning import Example, LearningSettings, _lesson, learn, remembered
from recommender.neighbours import Table
from recommender.network_learning import NetworkSettings
from recommender.training_set import (
    GRADES,
    QUESTIONS,
    WITHIN,
    GradedQuestion,
    learn_asked,
    load_asking,
    load_training,
    read_questions,
    read_unanswered,
    said_of_records,
    samples_of,
    unseen,
)

OWN = {"A": np.array([1.0, 0.0, 0.0]), "B": np.array([0.0, 1.0, 0.0]), "C": np.array([0.0, 0.0, 1.0])}
STRANGE = np.array([0.0, 0.6, 0.8])
"""Nearest to C by its words, then to B."""


def example(grades, *, code=None, tokens=(), vector=STRANGE):
    return Example(" ".join(tokens), vector, code, tuple(tokens), grades)


def learned(grades, *, count=40, **choices):
    """Vectors after ``count`` questions of the same words, graded alike."""
    return learn([example(grades)] * count, OWN, encoder="e", settings=LearningSettings(**choices))


def scores(vectors, code=None, ids=("A", "B", "C"), encoder="e", tokens=(), vector=STRANGE):
    scorer = vectors.scorer(ids, encoder, texts(ids))
    return scorer.scores(
        vector[None].astype(np.float32), code, tokens, "", otherwise=np.array([0.1, 0.2, 0.3])[: len(ids)]
    ).nearness


def support(vectors, ids=("A", "B", "C"), tokens=(), vector=STRANGE):
    scorer = vectors.scorer(ids, "e", texts(ids))
    given = vector[None].astype(np.float32)
    return scorer.scores(given, None, tokens, "", otherwise=np.zeros(len(ids))).neighbours


def networks(vectors):
    scorer = vectors.scorer(("A", "B", "C"), "e", texts("ABC"))
    given = STRANGE[None].astype(np.float32)
    return scorer.scores(given, None, ["烟气", "高温"], "烟气", otherwise=np.zeros(3)).network


def texts(ids):
    return np.array([OWN.get(id, STRANGE) for id in ids], dtype=np.float32)


def test_what_people_ask_for_moves_a_record_to_the_question():
    before = np.array([OWN[name] @ STRANGE for name in "ABC"])
    assert before.argmax() == 2
    after = scores(learned({"A": 3}))
    assert after.argmax() == 0
    assert after[0] > before[0] + 0.3


def test_a_higher_grade_moves_more():
    found = scores(learned({"A": 3, "B": 1}))
    assert found[0] > found[1]


def test_without_a_question_a_record_keeps_the_vector_of_its_text():
    moved = learned({"A": 3}, penalty=1e6)
    assert moved.rows[:, :3] == pytest.approx(np.array(list(OWN.values())), abs=1e-3)


def test_the_industry_of_the_question_is_learned_too():
    half = 20
    examples = [example({"A": 3}, code="3110")] * half + [example({"B": 3}, code="2221")] * half
    vectors = learn(examples, OWN, encoder="e")
    assert vectors.divisions == ("22", "31")
    assert scores(vectors, "31").argmax() == 0
    assert scores(vectors, "222").argmax() == 1


def two_words(count=20, **choices):
    """What is learned when vector and industry are the same and one word alone tells A from B."""
    examples = [example({"A": 3}, tokens=["烟气", "高温"])] * count
    examples += [example({"B": 3}, tokens=["烟气", "低温"])] * count
    return learn(examples, OWN, encoder="e", settings=LearningSettings(**{"kept": 1.0, **choices}))


def test_one_word_tells_two_records_apart_where_the_vector_cannot():
    vectors = two_words()
    assert scores(vectors, tokens=["烟气", "高温"]).argmax() == 0
    assert scores(vectors, tokens=["烟气", "低温"]).argmax() == 1


def test_words_that_few_questions_hold_or_all_have_no_weight():
    vectors = two_words(count=3, fewest=4)
    assert vectors.words.tokens == ("烟气",)
    assert scores(vectors, tokens=["烟气", "高温"]) == pytest.approx(scores(vectors, tokens=[]))


def test_the_largest_weights_are_kept():
    every, few = two_words().words.weights, two_words(kept=0.3).words.weights
    assert 0 < len(few.values) < len(every.values)
    dropped = sorted(abs(every.values))[: len(every.values) - len(few.values)]
    assert min(abs(few.values)) >= max(dropped)


def test_an_unknown_word_changes_nothing():
    vectors = two_words()
    assert scores(vectors, tokens=["高温", "没见过"]) == pytest.approx(scores(vectors, tokens=["高温"]))


def test_the_length_of_a_question_does_not_raise_its_word_scores():
    words = WordWeights(("a", "b"), np.array([1.0, 1.0]), Table.of([{0: 1.0}, {0: 1.0}]))
    assert words.scores(words.held([0]), 2) == pytest.approx([1.0, 0.0])
    assert words.scores(words.held([0, 1]), 2) == pytest.approx([2**0.5, 0.0])
    assert words.scores(words.held([]), 2) == pytest.approx([0.0, 0.0])


def test_the_nearest_questions_speak_for_their_records():
    vectors = two_words()
    assert support(vectors, tokens=["烟气", "高温"]).argmax() == 0
    assert support(vectors, tokens=["烟气", "低温"]).argmax() == 1
    assert support(vectors, tokens=["烟气", "高温"]).max() == pytest.approx(1.0, abs=0.1)


def test_a_lower_grade_says_less():
    told = support(learned({"A": 3, "B": 1}))
    assert told[0] > told[1] > told[2] == 0


def test_of_nearest_questions_nothing_answers_the_share_is_told():
    few = NetworkSettings(heads=(1,), seen=4, width=8, hidden=16, fewest=1, epochs=40, batch=16)
    vectors = learn(
        [example({"A": 3}, tokens=("烟气", "高温"))] * 40,
        OWN,
        encoder="e",
        unanswered=[example({}, tokens=("烟气", "多少钱"))] * 40,
        settings=LearningSettings(network=few),
    )
    scorer = vectors.scorer(("A", "B", "C"), "e", texts("ABC"))
    given = STRANGE[None].astype(np.float32)
    alone = [
        scorer.scores(given, None, own, " ".join(own), otherwise=np.zeros(3)).alone
        for own in (("烟气", "高温"), ("烟气", "多少钱"))
    ]
    assert alone == pytest.approx([0.0, 1.0], abs=0.1)


def test_a_question_remembered_speaks_for_its_records_and_nothing_else_changes():
    known = two_words()
    cold = ("烟气", "低温")
    more = remembered(known, [example({"C": 3}, tokens=cold), example({}, tokens=("烟气", "高温"))])
    assert support(more, tokens=cold).argmax() == 2
    assert (more.rows == known.rows).all()
    assert more.network is known.network
    assert more.questions.axes is known.questions.axes
    assert len(more.questions.places) == 2


def test_a_record_nobody_graded_and_no_question_at_all_have_no_support():
    assert support(learned({"A": 3}), ids=("new", "A"))[0] == 0
    assert support(AskedVectors.of_nobody()).tolist() == [0, 0, 0]


def test_an_unknown_industry_and_none_weigh_nothing():
    vector = np.ones((2, 3))
    assert inputs(vector, [None, "99"], ("31",)).tolist() == [[1, 1, 1, 0], [1, 1, 1, 0]]
    assert inputs(vector[:1], ["311"], ("31",))[0, 3] == 0.5


def test_a_record_nobody_knew_is_compared_by_its_text():
    found = scores(learned({"A": 3}), ids=("A", "new", "B"))
    assert found[1] == pytest.approx(0.3)
    assert found[0] > 0.3


def test_vectors_of_another_encoder_are_not_used():
    assert scores(learned({"A": 3}), encoder="other") == pytest.approx([0.15, 0.3, 0.45])


def test_nothing_below_zero():
    assert (scores(learned({"A": 3}, penalty=0.01)) >= 0).all()


def test_the_fit_repeats_itself_and_survives_the_file(tmp_path):
    first, second = two_words(), two_words()
    assert (first.rows == second.rows).all()
    save(first, tmp_path / "one.safetensors")
    save(second, tmp_path / "two.safetensors")
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "two.safetensors").read_bytes()
    read = load_asked(tmp_path / "one.safetensors")
    assert (read.ids, read.divisions, read.encoder, read.dimension) == (("A", "B", "C"), (), "e", 3)
    assert read.rows == pytest.approx(first.rows, abs=2e-3)
    assert networks(read) == pytest.approx(networks(first), abs=2e-2)
    tokens = ["烟气", "高温"]
    assert scores(read, tokens=tokens) == pytest.approx(scores(first, tokens=tokens), abs=5e-3)
    assert support(read, tokens=tokens) == pytest.approx(support(first, tokens=tokens), abs=2e-2)


def test_without_a_file_every_record_stands_for_itself(tmp_path):
    nobody = load_asked(tmp_path / "missing.safetensors")
    assert scores(nobody) == pytest.approx([0.15, 0.3, 0.45])


def test_the_shipped_vectors_belong_to_the_shipped_encoder_and_know_every_record(engine):
    """Else ``python -m recommender train`` was forgotten after a change."""
    shipped = load_asked()
    assert shipped.encoder == engine.encoder.revision
    assert shipped.dimension == engine.encoder.dimension
    assert set(shipped.ids) == set(engine.ids)
    for member in shipped.network.members:
        assert len(member.outputs) == len(shipped.ids) + 1


def test_the_shipped_questions_can_be_learned_from(engine):
    questions = load_training(set(engine.ids))
    assert len(questions) >= 20000
    assert {grade for question in questions for grade in question.grades.values()} == {1, 2, 3}
    solved = {id for question in questions for id, grade in question.grades.items() if grade == 3}
    assert len(set(engine.ids) - solved) <= 5


def test_learning_reads_a_question_as_the_engine_does(engine):
    questions = read_questions(engine, load_training(set(engine.ids))[:60])
    few = NetworkSettings(heads=(1,), epochs=1)
    vectors = learn_asked(engine, questions, [], settings=LearningSettings(iterations=3, network=few))
    assert vectors.ids == tuple(engine.ids)
    taught = engine.with_asked(vectors)
    first = questions[0]
    grades = first.example.grades
    row = engine.ids.index(max(grades, key=grades.__getitem__))
    text = first.example.text
    before = taught.with_asked(AskedVectors.of_nobody()).evidence(text, None).features["asked"][row]
    assert taught.evidence(text, None).features["asked"][row] > before


def test_an_industry_in_the_text_is_learned_like_one_beside_it(engine):
    questions = [
        GradedQuestion("L1", "", "造纸企业，白水用不完", {engine.ids[0]: 3}),
        GradedQuestion("L2", "造纸", "白水用不完", {engine.ids[0]: 3}),
        GradedQuestion("L3", "", "白水用不完", {engine.ids[0]: 3}),
    ]
    codes = [one.example.code for one in read_questions(engine, questions)]
    assert codes[0] is not None and codes == [codes[1], codes[1], None]


def test_some_questions_are_read_with_the_industry_in_the_text(engine):
    questions = [
        GradedQuestion(f"L{n}", "造纸" if n < 20 else "", f"白水用不完{n}", {engine.ids[0]: 3})
        for n in range(28)
    ]
    read = read_questions(engine, questions)
    within = [n for n, one in enumerate(read) if one.example.text.startswith("造纸")]
    assert within == [WITHIN - 1, 2 * WITHIN - 1]
    assert {one.example.code for one in read[:20]} == {read[0].example.code}
    assert all(questions[n].text in one.example.text for n, one in enumerate(read))


def test_abbreviations_and_full_names_are_learned_alike(engine):
    questions = [
        GradedQuestion("L1", "", "锅炉烟气NOx高", {engine.ids[0]: 3}),
        GradedQuestion("L2", "", "锅炉烟气氮氧化物高", {engine.ids[0]: 3}),
        GradedQuestion("L3", "", "烟囱漏风", {engine.ids[0]: 3}),
    ]
    short, full, plain = (one.example for one in read_questions(engine, questions))
    assert short.renamed is not None and full.renamed is not None and plain.renamed is None
    assert (short.renamed.text, short.renamed.tokens) == (full.text, full.tokens)
    assert full.renamed.text == short.text
    assert short.renamed.grades == short.grades
    asking = Example("怎么办", short.vector, None, ("怎么办",), {})
    taught = _lesson([short, plain], [], [], [asking], tuple(engine.ids), LearningSettings())
    assert set(taught.renamed) == {0}
    assert "氮氧化物" in taught.renamed[0] and "怎么办" in taught.renamed[0]
    assert "氮氧化物" not in taught.pieces[0] and "怎么办" in taught.pieces[0]


def test_every_record_says_what_it_is_for_itself_alone(engine):
    told = {}
    for example in said_of_records(engine):
        ((id, grade),) = example.grades.items()
        assert grade == 3
        assert example.text
        told.setdefault(id, []).append(example.text)
    assert set(told) == set(engine.ids)
    assert min(map(len, told.values())) >= 5


def test_a_question_kept_back_has_taught_nothing(engine, monkeypatch):
    questions = read_questions(engine, load_training(set(engine.ids))[:8])
    examples = [IntentExample("price", f"除尘器{number}台多少钱", "水泥") for number in range(5)]
    unanswered = read_unanswered(engine, [*examples, IntentExample("technology", "除尘器压差高")])
    assert [one.example.text for one in unanswered] == [one.text for one in examples]
    seen = []

    def record(engine, read, said, unanswered, settings=None):
        seen.extend([*read, *unanswered])
        return AskedVectors.of_nobody()

    monkeypatch.setattr("recommender.training_set.learn_asked", record)
    kept = unseen(engine, questions, [], unanswered, every=4)
    assert [one for one, _ in kept.asked] == [questions[0], questions[4]]
    assert [one for one, _ in kept.unanswered] == [unanswered[0], unanswered[4]]
    asked = {one.example.text for one, _ in [*kept.asked, *kept.unanswered]}
    assert not {one.example.text for one in seen} & asked
    assert len(seen) == 9
    samples = samples_of(engine, kept.asked)
    assert len(samples) == 2
    assert {engine.ids[row] for row in np.flatnonzero(samples[0].grades)} == set(questions[0].example.grades)


def test_a_question_nothing_answers_wants_no_record():
    asked, refused = ("烟气", "高温"), ("烟气", "多少钱")
    few = NetworkSettings(heads=(1,), seen=4, width=8, hidden=16, fewest=1, epochs=40, batch=16)
    vectors = learn(
        [example({"A": 3}, tokens=asked)] * 40,
        OWN,
        encoder="e",
        unanswered=[example({}, tokens=refused)] * 40,
        settings=LearningSettings(network=few),
    )
    scorer = vectors.scorer(("A", "B", "C"), "e", texts("ABC"))
    given = STRANGE[None].astype(np.float32)
    heard = [
        scorer.scores(given, None, own, " ".join(own), otherwise=np.zeros(3)) for own in (asked, refused)
    ]
    assert heard[0].nothing < 0 < heard[1].nothing
    assert heard[0].network[0] > heard[1].network[0]


def test_every_third_question_is_read_with_a_phrase_that_only_asks():
    from recommender.learning import _lesson

    questions = [example({"A": 3}, tokens=(f"炉{number}",)) for number in range(7)]
    asking = [example({}, tokens=("怎么",)), example({}, tokens=("推荐",))]
    lesson = _lesson(questions, [], [], asking, ("A", "B", "C"), LearningSettings())
    asked = [[word for word in own if word in ("怎么", "推荐")] for own in lesson.pieces]
    assert asked == [["怎么"], [], [], ["推荐"], [], [], ["怎么"]]
    assert all(f"炉{number}" in own for number, own in enumerate(lesson.pieces))
    plain = _lesson(questions, [], [], [], ("A", "B", "C"), LearningSettings())
    assert all("怎么" not in own for own in plain.pieces)


def test_asking_phrases_name_no_medium_and_no_unit():
    phrases = load_asking()
    assert len(phrases) == len(set(phrases)) >= 100
    for phrase in phrases:
        assert 2 <= len(phrase) <= 14
        assert not set(phrase) & set("水气渣尘电热烟油炉窑污噪泥风汽料"), phrase


def write(folder, questions, grades):
    files = (
        (QUESTIONS, ("id", "industry", "text"), questions),
        (GRADES, ("question", "technology", "grade"), grades),
    )
    for name, header, rows in files:
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])


GOOD = [("L1", "钢铁", "漏风大"), ("L2", "", "水费高")]
GRADED = [("L1", "A", "3"), ("L2", "B", "2")]


@pytest.mark.parametrize(
    ("questions", "grades", "told"),
    [
        ([*GOOD, ("L3", "", "漏风大")], [*GRADED, ("L3", "A", "3")], "questions.csv:4: text: '漏风大'"),
        ([*GOOD, ("L3", "", " ")], [*GRADED, ("L3", "A", "3")], "questions.csv:4: text"),
        (GOOD, [*GRADED, ("L9", "A", "3")], "grades.csv:4: question: 'L9'"),
        (GOOD, [*GRADED, ("L1", "Z", "3")], "grades.csv:4: technology: 'Z'"),
        (GOOD, [*GRADED, ("L1", "B", "4")], "grades.csv:4: grade: '4'"),
        (GOOD, [("L1", "A", "3"), ("L2", "B", "1")], "grades.csv: question: 'L2'"),
    ],
)
def test_a_fault_names_its_place_and_value(tmp_path, questions, grades, told):
    write(tmp_path, questions, grades)
    with pytest.raises(CatalogError) as caught:
        load_training({"A", "B"}, tmp_path)
    assert told in str(caught.value)


def test_good_files_are_read(tmp_path):
    write(tmp_path, GOOD, [*GRADED, ("L1", "B", "1")])
    first, second = load_training({"A", "B"}, tmp_path)
    assert (first.id, first.industry, first.text, first.grades) == ("L1", "钢铁", "漏风大", {"A": 3, "B": 1})
    assert second.industry == ""
