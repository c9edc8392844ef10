"""The one question whose answer would change the first results most."""

import numpy as np
import pytest

from catalog.schema import OperatingWindow
from recommender import Query
from recommender.clarify import best_question


def record(catalog, number, parameter, low, high, unit="℃"):
    base = catalog["CPT-0876"]
    evidence = base.applicability.operating_window[0].evidence
    window = OperatingWindow(parameter=parameter, min=low, max=high, unit=unit, evidence=evidence)
    applicability = base.applicability.model_copy(update={"operating_window": [window]})
    return base.model_copy(
        update={"id": f"CPT-{number:04d}", "applicability": applicability, "resource_claims": []}
    )


def free(catalog, number):
    base = catalog["CPT-0876"]
    applicability = base.applicability.model_copy(update={"operating_window": []})
    return base.model_copy(
        update={"id": f"CPT-{number:04d}", "applicability": applicability, "resource_claims": []}
    )


def ask(catalog, records, known=(), industry_given=True, named=(), least=0.0):
    return best_question(
        records,
        np.linspace(3.0, 2.0, len(records)),
        known=frozenset(known),
        named=frozenset(named),
        least=least,
        industry_given=industry_given,
        industry_weight=lambda relation: {"same": 3.0}.get(relation, 0.0),
        codes=catalog.codes,
    )


@pytest.fixture
def hot_and_cold(catalog):
    """Three records for hot flue gas first, three for cold behind them."""
    hot = [record(catalog, n, "烟气温度", 300, 500) for n in (1, 2, 3)]
    cold = [record(catalog, n, "烟气温度", 40, 120) for n in (4, 5, 6)]
    return hot + cold


def test_a_number_on_which_the_order_depends_is_asked_for(catalog, hot_and_cold):
    question = ask(catalog, hot_and_cold)
    assert (question.about, question.unit) == ("烟气温度", "℃")
    assert "烟气温度" in question.text and "℃" in question.text and question.changes >= 0.5


def test_the_order_of_weak_records_is_not_worth_a_question(catalog, hot_and_cold):
    """Scores fall from 3 to 2: from 2.5 on three records are left, and no answer brings in others."""
    assert ask(catalog, hot_and_cold, least=2.5) is None


def test_a_number_that_is_given_is_not_asked_for(catalog, hot_and_cold):
    assert ask(catalog, hot_and_cold, known={("temperature", "gas")}) is None


def test_a_number_of_another_thing_is_no_answer(catalog, hot_and_cold):
    assert ask(catalog, hot_and_cold, known={("temperature", "water")}) is not None


def test_a_stream_the_text_does_not_name_is_not_asked_about(catalog, hot_and_cold):
    assert ask(catalog, hot_and_cold, named={"gas"}) is not None
    assert ask(catalog, hot_and_cold, named={"water"}) is None


def test_where_a_temperature_is_given_only_that_of_a_stream_named_is_asked_for(catalog):
    """Waste heat may be water, but 三次风温900度 beside 余热 says that it is not."""
    hot = [record(catalog, n, "热水温度", 90, 150) for n in (1, 2, 3)]
    cold = [record(catalog, n, "热水温度", 20, 60) for n in (4, 5, 6)]
    assert ask(catalog, hot + cold, named={"heat"}) is not None
    assert ask(catalog, hot + cold, named={"heat"}, known={("temperature", None)}) is None


def test_what_a_stream_holds_is_asked_about_whatever_the_text_names(catalog):
    dry = [record(catalog, n, "原料含水率", 5, 15, "%") for n in (1, 2, 3)]
    wet = [record(catalog, n, "原料含水率", 40, 80, "%") for n in (4, 5, 6)]
    assert ask(catalog, dry + wet, named={"gas"}) is not None


def test_the_temperature_of_hot_water_is_not_asked_of_a_sinter_flue_gas(engine):
    question = engine.match(Query("烧结机头烟气 150 度直接排了，风机电耗也高", "钢铁")).question
    assert question is None or "水" not in question.text


def test_records_without_limits_raise_no_question(catalog):
    assert ask(catalog, [free(catalog, n) for n in range(1, 7)]) is None


def test_a_limit_that_all_share_raises_no_question(catalog):
    same = [record(catalog, n, "烟气温度", 40, 400) for n in range(1, 7)]
    assert ask(catalog, same) is None


def test_one_record_raises_no_question(catalog):
    assert ask(catalog, [record(catalog, 1, "烟气温度", 40, 120)]) is None


def test_the_industry_is_asked_for_only_if_none_is_given(catalog):
    steel, textile = free(catalog, 1), free(catalog, 2)
    records = [
        base.model_copy(update={"id": f"CPT-{n:04d}", "industries": [code], "cross_industry": False})
        for n, (base, code) in enumerate([(steel, "31")] * 3 + [(textile, "17")] * 3, 1)
    ]
    assert ask(catalog, records, industry_given=False).about == "industry"
    assert ask(catalog, records, industry_given=True) is None


def test_a_heat_source_whose_temperature_is_given_as_flue_gas_is_not_asked_for(catalog):
    hot = [record(catalog, n, "余热温度", 300, 500) for n in (1, 2, 3)]
    cold = [record(catalog, n, "余热温度", 40, 120) for n in (4, 5, 6)]
    assert ask(catalog, hot + cold, known={("temperature", "gas")}) is None


def test_flue_gas_without_temperature_is_asked_about(engine):
    result = engine.match(Query("锅炉排烟温度偏高", "热力"))
    assert result.question is not None and result.question.unit == "℃"
    assert result.as_json()["question"] == result.question.text


def test_the_temperature_that_is_given_is_not_asked_for_again(engine):
    text = "锅炉排烟温度偏高"
    asked = engine.match(Query(text, "热力")).question
    then = engine.match(Query(f"{text}，排烟温度160℃", "热力")).question
    assert then is None or then.about != asked.about


def test_no_answer_raises_no_question(engine):
    assert engine.match(Query("除尘器滤袋哪个牌子好")).question is None


def test_nothing_is_asked_about_a_record_that_a_constraint_leaves_out(engine):
    """The moisture of a biofuel does not matter to somebody without biomass."""
    text = "锅炉烧煤要换掉，没有生物质，通了天然气"
    asked = engine.match(Query(text)).question
    assert asked is None or "燃料收到基水分" not in asked.text
    freed = engine.match(Query(text, ignored_constraints=frozenset({"no_biomass"}))).question
    assert freed is not None and "燃料收到基水分" in freed.text
