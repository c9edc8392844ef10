"""Objections: raised under public notice, handled once, asked for permission, recorded by one name each."""

import datetime

import pytest

from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.people import NotAllowed, Person
from catalog.review.desk import STEP_LABELS, Announced, Desk
from catalog.review.dossier import PublicNotice
from catalog.review.objections import HANDLE, RAISE, file_objection, handle_objection, raise_objection
from catalog.store import Conflict, Store

TODAY = datetime.date(2026, 3, 2)
CITY = Person("市员", "authority", "市局")
FIRM = Person("丙", "applicant", "丙公司")


@pytest.fixture
def desk(tmp_path):
    store = Store.open(tmp_path / "a.db")
    yield Desk(store, today=lambda: TODAY)
    store.close()


@pytest.fixture
def kept(desk):
    one = desk.create(Nomination(name="甲技术", applicant="甲公司"), CITY, year=2026)
    return desk.update(one, CITY, "test", state="public_notice", notice=PublicNotice(start=TODAY))


def test_an_objection_is_raised_handled_and_recorded(desk, kept):
    kept = raise_objection(desk, kept, FIRM, raised_by=" 丙公司 ", text=" 专利有争议 ")
    kept = raise_objection(desk, kept, FIRM, raised_by="丁", text="数据有误", id="YY-9")
    one, two = kept.dossier.objections
    assert (one.id, one.raised_by, one.text, one.raised_on) == ("YY-1", "丙公司", "专利有争议", TODAY)
    assert (two.id, two.accepted) == ("YY-9", None)
    kept = handle_objection(desk, kept, CITY, "YY-1", handling="经核实无争议", accepted=False)
    one, two = kept.dossier.objections
    assert (one.handling, one.accepted, one.handled_by, one.handled_on) == (
        "经核实无争议", False, "市员", TODAY,
    )  # fmt: skip
    assert two.accepted is None
    events = desk.history(kept.id)[-3:]
    assert [(e.action, e.reason, e.detail["objection"]) for e in events] == [
        (RAISE, "专利有争议", "YY-1"), (RAISE, "数据有误", "YY-9"), (HANDLE, "经核实无争议", "YY-1"),
    ]  # fmt: skip
    assert {"object", "objection", "handle_objection", "objection_handled"} <= set(STEP_LABELS)


def test_a_number_that_is_taken_is_passed_over(desk, kept):
    kept = raise_objection(desk, kept, FIRM, raised_by="丁", text="一", id="YY-2")
    kept = raise_objection(desk, kept, FIRM, raised_by="丁", text="二")
    assert [one.id for one in kept.dossier.objections] == ["YY-2", "YY-3"]
    with pytest.raises(BadInput, match="异议编号“YY-3”已有"):
        raise_objection(desk, kept, FIRM, raised_by="丁", text="三", id="YY-3")


@pytest.mark.parametrize(
    ("by", "text", "told"), [(" ", "有误", "提出人为空"), ("丁", " \n", "异议内容为空，请写明")]
)
def test_nobody_or_nothing_said_is_refused_in_one_line(desk, kept, by, text, told):
    with pytest.raises(BadInput, match=told) as refusal:
        raise_objection(desk, kept, FIRM, raised_by=by, text=text)
    assert "\n" not in str(refusal.value)
    assert desk.get(kept.id) == kept


def test_only_under_public_notice(desk, kept):
    before = desk.update(kept, CITY, "test", state="proposed")
    with pytest.raises(BadInput, match="只有公示中的申报"):
        raise_objection(desk, before, FIRM, raised_by="丁", text="有误")


def test_handling_is_for_the_authority_once_and_with_words(desk, kept):
    kept = raise_objection(desk, kept, FIRM, raised_by="丁", text="有误")
    with pytest.raises(NotAllowed, match="不能处理异议"):
        handle_objection(desk, kept, FIRM, "YY-1", handling="不成立", accepted=False)
    with pytest.raises(BadInput, match="处理意见为空"):
        handle_objection(desk, kept, CITY, "YY-1", handling=" ", accepted=True)
    with pytest.raises(BadInput, match="没有异议“YY-7”，现有：YY-1"):
        handle_objection(desk, kept, CITY, "YY-7", handling="好", accepted=True)
    done = handle_objection(desk, kept, CITY, "YY-1", handling="成立，撤下", accepted=True)
    with pytest.raises(BadInput, match="已由市员处理，不能改写"):
        handle_objection(desk, done, CITY, "YY-1", handling="不成立", accepted=False)
    with pytest.raises(Conflict):
        handle_objection(desk, kept, CITY, "YY-1", handling="不成立", accepted=False)


# From outside: what the notice tells, and an objection against it


@pytest.mark.parametrize(
    ("start", "state", "open_"),
    [
        (TODAY, "public_notice", True),
        (TODAY - datetime.timedelta(days=6), "public_notice", True),
        (TODAY - datetime.timedelta(days=7), "public_notice", False),
        (TODAY + datetime.timedelta(days=1), "public_notice", False),
        (TODAY, "listed", False),
    ],
)
def test_everybody_knows_what_the_notice_tells_while_it_runs(desk, kept, start, state, open_):
    notice = PublicNotice(start=start)
    form = Nomination(name="甲技术", applicant="甲公司", summary="回收镍", phone="139", principle="膜")
    desk.update(kept, CITY, "test", notice=notice, state=state, form=form)
    told = [Announced(kept.id, "甲技术", "甲公司", "回收镍", notice)] if open_ else []
    assert desk.under_notice() == told
    if open_:
        made = file_objection(desk, kept.id, FIRM, raised_by="丙公司", text="数据偏高")
        assert desk.get(kept.id).dossier.objections == (made,) and made.id == "YY-1"
    else:
        with pytest.raises(BadInput, match=f"{kept.id} 不在公示期内，不能提出异议"):
            file_objection(desk, kept.id, FIRM, raised_by="丙公司", text="数据偏高")


def test_without_a_name_nobody_files(desk, kept):
    with pytest.raises(NotAllowed):
        file_objection(desk, kept.id, Person(" ", "applicant", "丙公司"), raised_by="丙", text="数据偏高")
    with pytest.raises(BadInput, match="异议内容为空"):
        file_objection(desk, kept.id, FIRM, raised_by="丙", text=" ")
    assert desk.get(kept.id).dossier.objections == ()
