"""Projects in the store and as files: nothing overwritten, nothing lost on the way out and in."""

import json
from itertools import count

import pytest

from catalog.errors import BadInput
from catalog.store import Conflict, NotFound, Store
from recommender.audit.project import AuditProject, Figure, Option, Problem, Profile, YearlyItem
from recommender.audit.repository import (
    KIND,
    SUFFIX,
    ProjectRepository,
    as_file,
    from_file,
    read_file,
    write_file,
)

PROJECT = AuditProject(
    profile=Profile(name="甲电镀厂", industry="3360", discount_rate=0.08),
    years=(
        YearlyItem(
            kind="energy", item="electricity", label="电", unit="kWh", amounts={2024: 1.1, 2025: None}
        ),
    ),
    problems=(Problem(id="P1", text="漂洗水直接排掉", other={"频次": "每班", "备注": "=1+1"}),),
    options=(
        Option(
            id="F1",
            name="逆流漂洗",
            problem_ids=("P1",),
            investment=Figure(value=3.2, unit="万元", low=3, high=4, source="报价单", evidence="declared"),
        ),
    ),
)


@pytest.fixture
def repository(tmp_path):
    seconds = count()
    store = Store.open(tmp_path / "test.db", clock=lambda: f"2026-11-21T00:00:{next(seconds):02}+00:00")
    yield ProjectRepository(store)
    store.close()


def named(name):
    return PROJECT.changed(profile=PROJECT.profile.model_copy(update={"name": name}))


def test_a_new_project_is_opened_as_it_was_put(repository):
    made = repository.create(PROJECT, id="jia", actor="王工")
    assert (made.id, made.revision, made.saved_by) == ("jia", 1, "王工")
    assert made.project == PROJECT
    assert repository.open("jia") == made


def test_without_an_id_a_free_short_one_is_chosen(repository):
    ids = {repository.create(PROJECT).id for _ in range(20)}
    assert len(ids) == 20 and all(id.isalnum() and len(id) == 8 for id in ids)


@pytest.mark.parametrize("id", ["a b", "a/b", "../x", "甲 厂", "-_-", "x" * 61, "a\n", "编号。"])
def test_an_id_with_other_characters_is_refused(repository, id):
    with pytest.raises(BadInput, match="请只用字母、数字、- 和 _，不超过 60 个字符"):
        repository.create(PROJECT, id=id)
    assert repository.projects() == []


@pytest.mark.parametrize("id", ["a", "2026-jia_chang", "x" * 60])
def test_an_id_of_letters_digits_and_dashes_is_taken(repository, id):
    assert repository.create(PROJECT, id=id).id == id


def test_an_id_is_taken_once(repository):
    repository.create(PROJECT, id="jia")
    with pytest.raises(BadInput, match="“jia”已存在"):
        repository.create(named("乙厂"), id="jia")
    assert repository.open("jia").project == PROJECT


def test_saving_makes_a_revision_and_the_same_content_none(repository):
    repository.create(PROJECT, id="jia", actor="王工")
    saved = repository.save("jia", named("甲厂二期"), revision=1, actor="李工")
    assert (saved.revision, saved.saved_by, saved.project.profile.name) == (2, "李工", "甲厂二期")
    assert repository.projects()[0].name == "甲厂二期"
    assert repository.save("jia", named("甲厂二期"), revision=2, actor="王工") == saved


def test_a_conflict_overwrites_nothing(repository):
    repository.create(PROJECT, id="jia")
    standing = repository.save("jia", named("李工的"), revision=1, actor="李工")
    with pytest.raises(Conflict) as caught:
        repository.save("jia", named("王工的"), revision=1)
    assert (caught.value.newer.name, caught.value.newer.revision) == ("李工的", 2)
    assert repository.open("jia") == standing


def test_save_or_copy_keeps_both_versions(repository):
    repository.create(PROJECT, id="jia")
    standing = repository.save("jia", named("甲厂"), revision=1, actor="李工")
    copy, conflict = repository.save_or_copy("jia", named("乙"), revision=1, actor="王工")
    assert conflict.newer.revision == 2
    assert copy.id != "jia" and (copy.revision, copy.saved_by) == (1, "王工")
    assert copy.project == named("乙（冲突副本）")
    assert repository.open("jia") == standing and len(repository.projects()) == 2


def test_save_or_copy_saves_where_nobody_was_before(repository):
    repository.create(PROJECT, id="jia")
    saved, conflict = repository.save_or_copy("jia", named("乙"), revision=1)
    assert conflict is None and (saved.id, saved.revision) == ("jia", 2)
    assert len(repository.projects()) == 1


def test_a_duplicate_is_a_project_of_its_own(repository):
    repository.create(PROJECT, id="jia")
    copy = repository.duplicate("jia", actor="王工")
    assert copy.project == named("甲电镀厂（副本）") and copy.id != "jia"
    repository.save(copy.id, named("别的"), revision=1)
    assert repository.open("jia").project == PROJECT
    assert {one.name for one in repository.projects()} == {"甲电镀厂", "别的"}


def test_projects_are_listed_last_saved_first(repository):
    for id in ("b", "a", "c"):
        repository.create(named(id), id=id)
    repository.store.create("edition", "2026", {}, name="目录")
    repository.save("a", named("a2"), revision=1)
    assert [(one.id, one.name, one.revision) for one in repository.projects()] == [
        ("a", "a2", 2),
        ("c", "c", 1),
        ("b", "b", 1),
    ]


def test_a_removed_project_is_gone_with_its_results_but_not_its_history(repository):
    repository.create(PROJECT, id="jia")
    repository.store.record(KIND, "jia", "created", actor="王工")
    repository.store.put_results(repository.job("jia"), {"P1": {}})
    repository.remove("jia")
    with pytest.raises(NotFound, match="没有编号为“jia”"):
        repository.open("jia")
    assert repository.store.results(repository.job("jia")) == {}
    assert [event.action for event in repository.store.events(KIND, "jia")] == ["created"]


def test_what_is_not_there_can_be_neither_opened_saved_copied_nor_removed(repository):
    for ask in (
        lambda: repository.open("jia"),
        lambda: repository.save("jia", PROJECT, revision=1),
        lambda: repository.save_or_copy("jia", PROJECT, revision=1),
        lambda: repository.duplicate("jia"),
        lambda: repository.remove("jia"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert repository.projects() == []


def test_stored_content_this_program_does_not_know_is_told(repository):
    body = PROJECT.model_dump(mode="json")
    repository.store.create(KIND, "jia", {**body, "future": 1, "base_year": "x"}, name="甲")
    with pytest.raises(BadInput) as caught:
        repository.open("jia")
    assert str(caught.value).splitlines() == [
        "项目 jia: base_year: “x”：请写整数",
        "项目 jia: future: “1”：没有此项，请删去或检查拼写",
    ]


def test_out_and_in_again_is_equal_and_the_same_bytes(tmp_path, repository):
    path = tmp_path / f"甲{SUFFIX}"
    write_file(PROJECT, path)
    again = read_file(path)
    assert again == PROJECT
    assert as_file(again) == path.read_bytes() == as_file(PROJECT)
    opened = repository.open(repository.create(again).id).project
    assert as_file(opened) == path.read_bytes()
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["qingyuan_project"] == 1 and "甲电镀厂" in path.read_text(encoding="utf-8")


def test_a_bom_does_no_harm():
    assert from_file(b"\xef\xbb\xbf" + as_file(PROJECT), "甲.json") == PROJECT


UNREADABLE = "甲.json: 不是有效的项目文件（JSON 无法解析），请选择由“导出项目”生成的文件"
ANOTHER = "甲.json: 不是项目文件，请选择由“导出项目”生成的文件"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", UNREADABLE),
        (b"PK\x03\x04", UNREADABLE),
        ("项目".encode("gb18030"), UNREADABLE),
        (b"[" * 100_000, UNREADABLE),
        (b"[1, 2]", ANOTHER),
        (b"null", ANOTHER),
        (b'{"qingyuan_slip": 1}', ANOTHER),
        (b'{"qingyuan_project": 2}', "甲.json: 文件格式为第 2 版，本程序只认第 1 版，请升级程序"),
        (b'{"qingyuan_project": 1}', "甲.json: 请写成“名称: 值”"),
        (b'{"qingyuan_project": 1, "project": {}}', "甲.json: profile: 未填写，请补上"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_in_one_line(content, message):
    with pytest.raises(BadInput) as caught:
        from_file(content, "甲.json")
    assert str(caught.value) == message


def test_a_file_with_faults_has_a_line_for_each(repository):
    data = json.loads(as_file(PROJECT))
    data["project"]["profile"]["tax_rate"] = 25
    data["project"]["years"][0]["kind"] = "heat"
    data["project"]["options"][0]["investment"]["unit"] = "元"
    del data["project"]["problems"][0]["text"]
    with pytest.raises(BadInput) as caught:
        from_file(json.dumps(data).encode(), "甲.json")
    assert str(caught.value).splitlines() == [
        "甲.json: profile.tax_rate: “25”：须小于 1",
        "甲.json: years.0.kind: “heat”：只能写 energy、water、material、generated、discharged、product",
        "甲.json: problems.0.text: 未填写，请补上",
        "甲.json: options.0: 方案 F1 投资单位为“元”，请写万元",
    ]


def test_a_file_whose_parts_do_not_fit_together_is_refused():
    data = json.loads(as_file(PROJECT))
    data["project"]["problems"] = []
    with pytest.raises(BadInput, match=r"^甲\.json: 方案 F1 引用的问题“P1”不存在，请改为已有编号$"):
        from_file(json.dumps(data).encode(), "甲.json")


def test_paths_that_cannot_be_read_or_written_are_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="无法读取"):
        read_file(tmp_path / "missing.json")
    with pytest.raises(BadInput, match="无法读取"):
        read_file(tmp_path)
    with pytest.raises(BadInput, match="无法写入"):
        write_file(PROJECT, tmp_path / "file" / "甲.json")


def test_a_failed_write_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "甲.json"
    write_file(PROJECT, path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(BadInput, match="无法写入"):
        write_file(named("乙"), path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
