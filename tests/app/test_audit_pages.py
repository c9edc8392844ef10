"""The consultant's pages, run without a browser."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from recommender.audit.demo import demo_project, prepared
from recommender.audit.repository import ProjectRepository
from tests.app.elements import button, opened, shown

APP = str(Path(__file__).resolve().parents[2] / "app.py")
SINTER = "烧结主排烟温一百五六十度，一直直排没人管"
PAGES = ["project", "problems", "options", "economics", "package", "delivery"]


@pytest.fixture
def repository():
    from catalog.store import Store

    kept = ProjectRepository(Store.open())
    yield kept
    for summary in kept.projects():
        kept.remove(summary.id)


@pytest.fixture(scope="module")
def steel(engine):
    return prepared(engine, demo_project("steel"))


def page(key, project=None):
    """Open one page of the desk directly."""

    def script(key, project):
        import streamlit as st

        from recommender.ui.pages import audit

        if project and "project" not in st.query_params:
            st.query_params["project"] = project
        audit.PAGES[key]()

    return opened(script, key=key, project=project)


@pytest.mark.parametrize("key", PAGES[1:])
def test_a_page_without_a_project_says_what_to_do(key):
    assert "尚未打开项目" in shown(page(key))


@pytest.mark.parametrize("key", PAGES)
def test_every_page_draws_the_worked_example(key, repository, steel):
    saved = repository.create(steel)
    app = page(key, saved.id)
    assert "示例钢铁有限公司" in shown(app)
    assert not app.error


def test_a_new_project_is_made_and_opened(repository):
    app = page("project")
    app.text_input(key="new_name").set_value("甲厂")
    button(app, "新建").click().run()
    assert not app.exception
    assert [one.name for one in repository.projects()] == ["甲厂"]
    assert "甲厂" in shown(app)


def test_a_name_left_empty_is_told_beside_the_field(repository):
    app = page("project")
    button(app, "新建").click().run()
    assert "企业名称" in app.error[0].value
    assert repository.projects() == []


def test_typing_saves_at_once_and_survives_a_change_of_page(repository, steel):
    saved = repository.create(steel)
    app = page("project", saved.id)
    app.text_input(key=next(w.key for w in app.text_input if str(w.key).startswith("scale:"))).set_value(
        "年产 1 万吨"
    ).run()
    assert not app.exception
    assert repository.open(saved.id).project.profile.scale == "年产 1 万吨"
    assert "年产 1 万吨" in [w.value for w in page("project", saved.id).text_input]


def test_a_change_made_elsewhere_is_a_conflict_and_nothing_is_lost(repository, steel):
    saved = repository.create(steel)
    app = page("project", saved.id)
    other = steel.changed(profile=steel.profile.model_copy(update={"scale": "他人写的"}))
    repository.save(saved.id, other, revision=saved.revision, actor="乙")
    key = next(w.key for w in app.text_input if str(w.key).startswith("scale:"))
    app.text_input(key=key).set_value("我写的").run()
    assert not app.exception
    kept = {one.name: repository.open(one.id).project.profile.scale for one in repository.projects()}
    assert kept == {"示例钢铁有限公司": "他人写的", "示例钢铁有限公司（冲突副本）": "我写的"}
    assert "另行保存" in shown(app)


def test_a_pasted_list_is_imported_with_guessed_columns(repository):
    from recommender.audit.project import AuditProject, Profile

    saved = repository.create(AuditProject(profile=Profile(name="甲厂", industry="3360")))
    app = page("problems", saved.id)
    app.text_area(key="problem_paste").set_value(
        "序号\t工序\t问题描述\t责任部门\n1\t镀镍\t三级漂洗都用自来水，水耗高\t电镀车间\n2\t空压站\t管网漏气\t设备科"
    ).run()
    assert not app.exception
    button(app, "导入 2 条").click().run()
    assert not app.exception
    problems = repository.open(saved.id).project.problems
    assert [(p.number, p.process, p.department) for p in problems] == [
        ("1", "镀镍", "电镀车间"),
        ("2", "空压站", "设备科"),
    ]


def test_matching_runs_in_the_background_and_ends(repository, engine):
    from recommender.audit.project import AuditProject, Problem, Profile
    from recommender.ui import jobs

    project = AuditProject(
        profile=Profile(name="甲厂", industry="3110"), problems=(Problem(id="P1", text=SINTER),)
    )
    saved = repository.create(project)
    app = page("problems", saved.id)
    button(app, "匹配全部问题").click().run()
    job = jobs.running(repository.job(saved.id))
    if job is not None:
        assert job.wait(60)
    for _ in range(20):
        app.run()
        if repository.open(saved.id).project.matches:
            break
        time.sleep(0.2)
    assert repository.open(saved.id).project.matches[0].verdict == "matched"
    button(app, "生成方案（同一技术合并为一项）").click().run()
    assert not app.exception
    assert repository.open(saved.id).project.options


def test_an_option_is_screened_and_rejected_with_a_reason(repository, steel):
    saved = repository.create(steel)
    app = page("options", saved.id)
    undecided = next(o for o in steel.options if o.outcome != "not_feasible" and o.state == "recommended")
    app.selectbox(key="option_chosen").set_value(undecided.id).run()
    key = next(w.key for w in app.text_input if f"{undecided.id}_reject_text" in str(w.key))
    app.text_input(key=key).set_value("场地不够").run()
    button(app, "判为不可行").click().run()
    assert not app.exception
    option = repository.open(saved.id).project.option(undecided.id)
    assert (option.outcome, option.outcome_reason) == ("not_feasible", "场地不够")


def test_the_best_package_is_chosen_on_the_page(repository, steel):
    saved = repository.create(steel.changed(chosen=()))
    app = page("package", saved.id)
    button(app, "求最优组合").click().run()
    assert not app.exception
    assert repository.open(saved.id).project.chosen
    assert "起约束作用" in shown(app)


def test_the_hand_over_is_made_and_can_be_downloaded(repository, steel):
    saved = repository.create(steel)
    app = page("delivery", saved.id)
    button(app, "生成交付文件").click().run()
    assert not app.exception and not app.error


def test_a_result_goes_into_the_project_at_hand_with_one_click(repository, steel):
    saved = repository.create(steel)
    before = {option.technology_id for option in steel.options}
    app = AppTest.from_file(APP, default_timeout=120)
    app.query_params["project"] = saved.id
    app.run()
    app.text_area[0].set_value("食堂油烟大，周边住户投诉").run()
    button(app, "开始匹配").click().run()
    next(one for one in app.button if one.label == "加入项目").click().run()
    assert not app.exception
    project = repository.open(saved.id).project
    assert any(option.technology_id not in before for option in project.options)
    assert project.problems[-1].text == "食堂油烟大，周边住户投诉"
