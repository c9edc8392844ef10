"""The store: nothing lost, nothing overwritten, history only grows; and nobody else speaks SQL."""

import ast
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy

from catalog.errors import BadInput
from catalog.store import (
    DATABASE_NAME,
    DATABASE_VARIABLE,
    SCHEMA_VERSION,
    Conflict,
    NotFound,
    Store,
    Summary,
    default_url,
)

ROOT = Path(__file__).parents[2]


def ticking():
    """A clock that moves one second a call."""
    seconds = count()
    return lambda: f"2026-11-21T00:00:{next(seconds):02}+00:00"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "test.db"


@pytest.fixture(params=["path", "url"])
def store(path, request):
    kept = Store.open(path if request.param == "path" else f"sqlite:///{path}", clock=ticking())
    yield kept
    kept.close()


def test_a_document_comes_back_as_it_was_put(store):
    body = {"名称": "甲厂", "amounts": {"2025": 1.5, "2024": None}, "list": [1, "二", True]}
    made = store.create("project", "p1", body, name="甲厂", actor="王工")
    assert made.body == body
    assert (made.revision, made.saved_by, made.saved_at) == (1, "王工", "2026-11-21T00:00:00+00:00")
    assert store.get("project", "p1") == made


def test_an_id_is_taken_once_a_kind(store):
    store.create("project", "p1", {"a": 1}, name="甲")
    with pytest.raises(BadInput, match="编号“p1”已存在"):
        store.create("project", "p1", {"a": 2}, name="乙")
    assert store.get("project", "p1").body == {"a": 1}
    assert store.create("edition", "p1", {}, name="丙").revision == 1


def test_what_is_not_there_is_told_in_one_line(store):
    for ask in (
        lambda: store.get("project", "p1"),
        lambda: store.remove("project", "p1"),
        lambda: store.save("project", "p1", {}, name="甲", revision=1),
        lambda: store.blob("0" * 64),
    ):
        with pytest.raises(NotFound) as caught:
            ask()
        assert str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(NotFound, match="没有编号为“p1”的项目，请先新建或检查编号"):
        store.get("project", "p1")


def test_saving_counts_revisions_and_keeps_who_and_when(store):
    store.create("project", "p1", {"a": 1}, name="甲", actor="王工")
    saved = store.save("project", "p1", {"a": 2}, name="甲二", revision=1, actor="李工")
    assert (saved.revision, saved.name, saved.body, saved.saved_by) == (2, "甲二", {"a": 2}, "李工")
    assert saved.saved_at == "2026-11-21T00:00:01+00:00"
    assert store.get("project", "p1") == saved


def test_saving_the_same_again_makes_no_revision(store):
    made = store.create("project", "p1", {"a": 1, "b": [1]}, name="甲", actor="王工")
    assert store.save("project", "p1", {"b": [1], "a": 1}, name="甲", revision=1, actor="李工") == made
    assert store.save("project", "p1", {"a": 1, "b": [1]}, name="乙", revision=1).revision == 2


def test_a_conflict_overwrites_nothing_and_carries_what_stands(store):
    store.create("project", "p1", {"a": 1}, name="甲")
    store.save("project", "p1", {"a": 2}, name="甲", revision=1, actor="李工")
    with pytest.raises(Conflict) as caught:
        store.save("project", "p1", {"a": 3}, name="乙", revision=1, actor="王工")
    assert caught.value.newer == store.get("project", "p1")
    assert (caught.value.newer.body, caught.value.newer.name) == ({"a": 2}, "甲")
    message = str(caught.value)
    assert "“甲”已由李工于 2026-11-21T00:00:01+00:00 另行保存（第 2 版）" in message
    assert "另存为副本" in message and "\n" not in message
    with pytest.raises(Conflict):  # even the same body: it started from something else
        store.save("project", "p1", {"a": 2}, name="甲", revision=1)


def test_a_revision_of_the_future_is_a_conflict_too(store):
    store.create("project", "p1", {"a": 1}, name="甲")
    with pytest.raises(Conflict, match="已由他人于"):
        store.save("project", "p1", {"a": 2}, name="甲", revision=2)


def increment(store, times):
    """Count up, reading again after each conflict; return the revisions saved."""
    revisions = []
    while len(revisions) < times:
        found = store.get("project", "p1")
        wanted = {"n": found.body["n"] + 1}
        try:
            saved = store.save("project", "p1", wanted, name="甲", revision=found.revision)
        except Conflict as conflict:
            assert conflict.newer.revision > found.revision
            continue
        assert (saved.revision, saved.body) == (found.revision + 1, wanted)
        revisions.append(saved.revision)
    return revisions


@pytest.mark.parametrize("stores", [1, 2])
def test_two_threads_lose_nothing(path, stores):
    opened = [Store.open(path) for _ in range(stores)]
    opened[0].create("project", "p1", {"n": 0}, name="甲")
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(increment, [opened[0], opened[-1]], [50, 50]))
    last = opened[0].get("project", "p1")
    assert (last.body, last.revision) == ({"n": 100}, 101)
    assert sorted(found[0] + found[1]) == list(range(2, 102))
    for store in opened:
        store.close()


def test_a_new_database_may_be_opened_by_many_at_once(tmp_path):
    def opened(path):
        store = Store.open(path)
        store.record("project", "p1", "open", actor="王工")
        return store

    for number in range(5):
        with ThreadPoolExecutor(4) as pool:
            stores = list(pool.map(opened, [tmp_path / f"{number}.db"] * 4))
        assert len(stores[0].events()) == 4
        for store in stores:
            store.close()


def test_opening_waits_for_somebody_who_writes_before_the_log_is_switched(tmp_path):
    """SQLite answers a change of the journal mode with "locked" at once; seen as a rare fault of CI."""
    other = sqlite3.connect(tmp_path / "q.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (n)")
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO t VALUES (1)")
    release = threading.Timer(0.3, other.execute, ["COMMIT"])
    release.start()
    Store.open(tmp_path / "q.db").close()
    release.join()
    other.close()


def test_a_saver_is_given_its_own_version_not_one_saved_just_after(store, monkeypatch):
    """Else it would go on from the other's revision and overwrite it unseen."""
    store.create("project", "p1", {"n": 0}, name="甲")
    writing = Store._writing

    @contextmanager
    def overtaken(self):
        with writing(self) as connection:
            yield connection
        monkeypatch.undo()
        self.save("project", "p1", {"n": "别人的"}, name="甲", revision=2)

    monkeypatch.setattr(Store, "_writing", overtaken)
    saved = store.save("project", "p1", {"n": 1}, name="甲", revision=1)
    assert (saved.revision, saved.body) == (2, {"n": 1})
    assert store.get("project", "p1").body == {"n": "别人的"}


def test_lists_come_newest_first_and_bodies_by_id(store):
    for id in ("b", "a", "c"):
        store.create("project", id, {"id": id}, name=id.upper())
    store.create("edition", "z", {}, name="Z")
    store.save("project", "a", {"id": "a2"}, name="A", revision=1, actor="李工")
    summaries = store.documents("project")
    assert [one.id for one in summaries] == ["a", "c", "b"]
    assert summaries[0] == Summary("project", "a", "A", 2, "2026-11-21T00:00:04+00:00", "李工")
    assert [one.body["id"] for one in store.bodies("project")] == ["a2", "b", "c"]
    assert store.documents("nothing") == store.bodies("nothing") == []


def test_documents_of_one_second_are_ordered_by_id(path):
    store = Store.open(path, clock=lambda: "2026-11-21T00:00:00+00:00")
    for id in ("c", "a", "b"):
        store.create("project", id, {}, name=id)
    assert [one.id for one in store.documents("project")] == ["a", "b", "c"]
    store.close()


def test_events_are_kept_in_order_and_by_document(store):
    first = store.record("nomination", "n1", "submit", actor="甲厂", role="applicant", detail={"档": 1})
    second = store.record("nomination", "n2", "submit", actor="乙厂")
    third = store.record("nomination", "n1", "return", actor="张处", role="official", reason="缺检测报告")
    assert store.events() == [first, second, third]
    assert store.events("nomination", "n1") == [first, third]
    assert store.events("project") == []
    assert [e.seq for e in store.events()] == sorted({first.seq, second.seq, third.seq})
    assert (first.detail, first.at) == ({"档": 1}, "2026-11-21T00:00:00+00:00")
    assert (third.action, third.role, third.reason) == ("return", "official", "缺检测报告")


def test_no_operation_touches_events(store):
    store.create("project", "p1", {"a": 1}, name="甲")
    kept = [store.record("project", "p1", action, actor="王工") for action in ("a", "b")]
    store.save("project", "p1", {"a": 2}, name="甲", revision=1)
    store.put_results("project:p1", {"P1": 1})
    store.clear_results("project:p1")
    store.remove("project", "p1")
    assert store.events("project", "p1") == kept
    store.create("project", "p1", {"a": 3}, name="乙")
    later = store.record("project", "p1", "c", actor="王工")
    assert store.events("project", "p1") == [*kept, later] and later.seq > kept[-1].seq


def test_removing_takes_the_document_and_its_results_only(store):
    for id in ("p1", "p2"):
        store.create("project", id, {}, name=id)
        store.put_results(f"project:{id}", {"P1": id})
    store.remove("project", "p1")
    with pytest.raises(NotFound):
        store.get("project", "p1")
    assert store.results("project:p1") == {}
    assert store.get("project", "p2").id == "p2" and store.results("project:p2") == {"P1": "p2"}


def test_results_of_a_job_are_put_replaced_and_cleared(store):
    store.put_results("job", {"P2": {"a": 1}, "P1": [1, 2]})
    store.put_results("job", {})
    store.put_results("other", {"P1": "x"})
    assert store.results("job") == {"P1": [1, 2], "P2": {"a": 1}}
    store.put_results("job", {"P2": None, "P3": "新"})
    assert store.results("job") == {"P1": [1, 2], "P2": None, "P3": "新"}
    store.clear_results("job")
    assert store.results("job") == {} and store.results("other") == {"P1": "x"}


def test_the_same_attachment_is_kept_once(store, path):
    content = bytes(range(256)) * 4
    key = store.put_blob(content)
    assert key == store.put_blob(content) != store.put_blob(b"")
    assert store.blob(key) == content and store.blob(store.put_blob(b"")) == b""
    with sqlite3.connect(path) as connection:
        assert connection.execute("select count(*) from blobs").fetchone() == (2,)


def test_everything_is_there_after_reopening(path):
    store = Store.open(path)
    store.create("project", "p1", {"a": 1}, name="甲", actor="王工")
    document = store.save("project", "p1", {"a": 2}, name="甲", revision=1)
    event = store.record("project", "p1", "export", actor="王工")
    store.put_results("job", {"P1": 1})
    key = store.put_blob(b"report")
    store.close()
    again = Store.open(path)
    assert again.get("project", "p1") == document
    assert again.events() == [event] and again.results("job") == {"P1": 1} and again.blob(key) == b"report"
    again.close()


def test_a_failed_change_leaves_nothing_behind(store):
    store.create("project", "p1", {"a": 1}, name="甲")
    with pytest.raises(TypeError):
        store.put_results("job", {"P1": 1, "P2": object()})
    with pytest.raises(TypeError):
        store.save("project", "p1", {"a": object()}, name="甲", revision=1)
    assert store.results("job") == {} and store.get("project", "p1").revision == 1
    store.put_results("job", {"P1": 1})  # no lock is left either
    with pytest.raises(sqlalchemy.exc.IntegrityError):  # fails after P1 was taken out to be replaced
        store.put_results("job", {"P1": 2, None: 3})
    assert store.results("job") == {"P1": 1}


def test_the_time_written_is_utc_by_default(path):
    store = Store.open(path)
    assert store.create("project", "p1", {}, name="甲").saved_at.endswith("+00:00")
    store.close()


def test_a_database_of_a_newer_program_is_refused(path):
    Store.open(path).close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("select value from meta").fetchall() == [(str(SCHEMA_VERSION),)]
        connection.execute("update meta set value = '99' where key = 'schema'")
    with pytest.raises(BadInput) as caught:
        Store.open(path)
    assert str(caught.value) == "数据库由更新版本的程序写成（第 99 版结构），请升级程序后再打开"


@pytest.mark.parametrize("address", ["unheardof://x", "postgresql+nodriver://h/d"])
def test_an_address_that_is_none_is_refused_in_one_line(address):
    refused(address)


@pytest.mark.parametrize("driver", ["psycopg2", "asyncpg", "pg8000"])
def test_a_missing_database_driver_is_told_not_thrown(driver):
    try:
        __import__(driver)
    except ImportError:
        refused(f"postgresql+{driver}://localhost/none")
    else:
        pytest.skip(f"{driver} is installed")


def refused(url):
    with pytest.raises(BadInput) as caught:
        Store.open(url)
    message = str(caught.value)
    assert message.startswith("数据库 ") and "无法打开" in message and "\n" not in message


def test_a_path_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file" / "test.db")
    refused(tmp_path / "missing" / "test.db")
    refused(f"sqlite:///{tmp_path / 'missing' / 'test.db'}")


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.write_bytes(b"these are my notes, not a database" * 100)
    refused(path)
    assert path.read_bytes() == b"these are my notes, not a database" * 100


def test_a_file_may_have_any_name(tmp_path):
    path = tmp_path / "项目 100%?#.db"
    store = Store.open(path)
    store.create("project", "p1", {}, name="甲")
    store.close()
    assert path.is_file()


def test_a_plain_path_is_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv(DATABASE_VARIABLE, str(tmp_path / "甲 50%.db"))
    Store.open().close()
    Store.open(default_url()).close()
    monkeypatch.chdir(tmp_path)
    Store.open("乙.db").close()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(DATABASE_VARIABLE, "~/丙.db")
    Store.open().close()
    assert {one.name for one in tmp_path.glob("*.db")} == {"甲 50%.db", "乙.db", "丙.db"}


@pytest.mark.parametrize("name", [r"C:\data\x.db", "D:/data/x.db"])
def test_a_drive_is_no_scheme(name, monkeypatch):
    monkeypatch.setenv(DATABASE_VARIABLE, name)
    url = sqlalchemy.make_url(default_url())
    assert (url.drivername, url.database) == ("sqlite", str(Path(name)))


@pytest.mark.parametrize("address", ["sqlite:/data/x.db", "postgresql:qingyuan"])
def test_half_a_url_is_told_what_to_write(address):
    with pytest.raises(BadInput, match="不是文件路径或数据库地址，请写文件路径"):
        Store.open(address)


def test_by_default_the_database_lies_in_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    monkeypatch.setenv("QINGYUAN_HOME", str(tmp_path / "new"))
    Store.open().close()
    assert (tmp_path / "new" / DATABASE_NAME).is_file()
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql+psycopg://db/qingyuan")
    assert default_url() == "postgresql+psycopg://db/qingyuan"


def test_a_users_folder_that_cannot_be_made_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    monkeypatch.setenv("QINGYUAN_HOME", str(tmp_path / "file" / "home"))
    refused(None)


def test_a_password_in_the_address_is_not_shown():
    with pytest.raises(BadInput) as caught:
        Store.open("postgresql+nodriver://user:geheim@h/d")
    assert "geheim" not in str(caught.value)


def test_a_document_is_a_summary_with_its_body(store):
    document = store.create("project", "p1", {"a": 1}, name="甲")
    assert asdict(document) == {**asdict(store.documents("project")[0]), "body": {"a": 1}}


def test_only_the_store_speaks_sql():
    sources = [*ROOT.glob("*.py")]
    for package in ("catalog", "embeddings", "recommender"):
        sources += (ROOT / package).rglob("*.py")
    speaking = set()
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {name.split(".")[0] for name in named} & {"sqlalchemy", "sqlite3", "alembic", "psycopg"}:
                speaking.add(source.relative_to(ROOT).as_posix())
    assert speaking == {"catalog/store.py"}
