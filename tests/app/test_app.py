"""The three pages, run without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).resolve().parents[2] / "app.py")
SINTER = "烧结主排烟温一百五六十度，一直直排没人管"


def open_app(**parameters):
    app = AppTest.from_file(APP, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def texts(elements):
    return "\n".join(element.value for element in elements)


def ask(app, text):
    app.text_area[0].set_value(text).run()
    next(button for button in app.button if button.label == "开始匹配").click().run()
    assert not app.exception
    return app


def test_a_question_gives_cards_and_a_link():
    app = ask(open_app(), SINTER)
    shown = texts(app.markdown)
    assert "找到" in shown and "政策依据" in shown
    assert SINTER in app.query_params["q"]


def test_common_words_are_marked_in_the_summary_and_named_where_no_like_problem_stands():
    app = open_app(q="烧结机头烟气150度直接排了，风机电耗也高", industry="钢铁")
    cards = texts(app.markdown).split("##### ")[1:]
    assert any("green-background[烟气]" in card.split("行业")[0] for card in cards)
    assert all("类似的问题" in card or "命中词" in card for card in cards[:3])
    assert "[直接]" not in "".join(cards)


def test_an_example_can_be_clicked():
    app = open_app()
    next(button for button in app.button if button.label.startswith("烧结机头")).click().run()
    assert not app.exception
    assert "找到" in texts(app.markdown)


def test_a_link_reproduces_the_search():
    asked = ask(open_app(), SINTER)
    linked = open_app(q=SINTER)
    cards = [m.value for m in asked.markdown if m.value.startswith("#####")]
    assert cards and cards == [m.value for m in linked.markdown if m.value.startswith("#####")]


def test_a_link_with_industry_and_filter_is_read():
    app = open_app(q="烟气氮氧化物超标", industry="水泥", stages="end_of_pipe")
    assert app.selectbox[0].value == "301" or app.selectbox[0].value == "3011"
    assert "（1）" in app.expander[0].label


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "为空"), ("烟" * 10_000, "超过上限 2000 字"), ("😀😀", "没有文字")],
)
def test_text_that_cannot_be_matched_gets_a_message(text, words):
    app = ask(open_app(), text)
    assert words in texts(app.error)


def test_emoji_beside_words_do_not_matter():
    app = ask(open_app(), "😀烧结机头烟气直接排放🔥")
    assert "找到" in texts(app.markdown)


def test_no_result_says_so_and_why():
    app = ask(open_app(), "帮我订一张去北京的机票")
    assert "没有合适的技术" in texts(app.info)


def test_an_unknown_industry_and_filter_in_the_link_are_reported():
    app = open_app(q=SINTER, industry="没听过的行当", stages="nonsense")
    shown = texts(app.warning)
    assert "没听过的行当" in shown and "nonsense" in shown
    assert "找到" in texts(app.markdown)


def test_two_ticked_technologies_stand_side_by_side():
    app = ask(open_app(), SINTER)
    for number in range(2):
        app.checkbox[number].check().run()
    assert not app.exception
    assert len(app.table) == 1
    assert app.table[0].value.shape[1] == 3


def test_feedback_is_saved_on_this_machine(home):
    app = ask(open_app(), SINTER)
    next(button for button in app.button if button.label == "保存反馈").click().run()
    assert "已保存" in texts(app.success)
    assert (home / "feedback.jsonl").read_text(encoding="utf-8").count("\n") == 1


def test_a_record_opens_in_full():
    app = ask(open_app(), SINTER)
    next(button for button in app.button if button.label == "详情").click().run()
    assert not app.exception
    assert "工艺路线" in texts(app.markdown)


def test_the_detail_view_names_the_catalogues_a_technology_is_listed_in():
    def script():
        from catalog.load import load_catalog
        from catalog.schema import Listing
        from recommender.ui import components

        catalog = load_catalog()
        entry = {"catalogue": "green_technology", "edition": "2024版", "class": "promoted"}
        listed = catalog.technologies[0].model_copy(update={"listed_in": [Listing.model_validate(entry)]})
        components.draw_detail(catalog, listed)

    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    assert "入选目录" in texts(app.markdown)
    assert "绿色工厂评价可计入" in texts(app.markdown)


def page(name):
    def script(name):
        import importlib

        importlib.import_module(f"recommender.ui.pages.{name}").page()

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60).run()
    assert not app.exception
    return app


def test_the_catalogue_page_filters_and_changes_view(catalog):
    app = page("browse")
    assert len(app.dataframe[0].value) == len(catalog)
    app.selectbox[2].select("end_of_pipe").run()
    wanted = [t.id for t in catalog.technologies if t.stage == "end_of_pipe"]
    assert list(app.dataframe[0].value["编号"]) == wanted
    app.text_input[0].set_value("绝不存在的名称").run()
    assert "没有符合条件" in texts(app.info)


def test_the_about_page_counts_the_catalogue(catalog):
    app = page("about")
    assert app.metric[0].value == str(len(catalog))
    assert "渝发改规范〔2022〕8号" in app.table[0].value.to_string()
