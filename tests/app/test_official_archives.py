"""ZIPs of packages: the same bytes out; in, nothing is trusted. And the table an edition is arranged by."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.editions.edition import Entry
from catalog.errors import BadInput
from recommender.ui.pages.official import archives
from recommender.ui.pages.official.archives import packed, unpack_sheets
from recommender.ui.pages.official.arrangement import Row, arranged, in_groups, row_faults


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def as_gbk(content, names):
    """Return a ZIP as Chinese Windows writes it: GBK names without the UTF-8 mark."""
    for place, name in enumerate(names):
        raw = f"x{place}".ljust(len(name.encode("gbk")), "x").encode()
        assert content.count(raw) == 2
        content = content.replace(raw, name.encode("gbk"))
    return content


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_folder_is_packed_to_the_same_bytes_and_opens_again(tmp_path):
    place = tmp_path / "a" / "张三_ZJ-0001"
    place.mkdir(parents=True)
    (place / "SB-2026-0001_评分表.xlsx").write_bytes(b"one")
    (place / "说明.txt").write_bytes(b"two")
    content = packed(tmp_path / "a")
    assert content == packed(tmp_path / "a")
    assert unpack_sheets([("交回.zip", content)], tmp_path / "b") == ()
    assert files(tmp_path / "b") == {"交回/张三_ZJ-0001/SB-2026-0001_评分表.xlsx": b"one"}


def test_names_of_chinese_windows_are_read(tmp_path):
    name = "张三_ZJ-0001/SB-2026-0001_评分表.xlsx"
    content = as_gbk(zipped({"x0".ljust(len(name.encode("gbk")), "x"): b"one"}), [name])
    assert unpack_sheets([("a.zip", content)], tmp_path) == ()
    assert set(files(tmp_path)) == {f"a/{name}"}


def test_backslashes_of_windows_are_folders(tmp_path):
    assert unpack_sheets([("a.zip", zipped({"张三_ZJ-0001\\SB.xlsx": b"1"}))], tmp_path) == ()
    assert set(files(tmp_path)) == {"a/张三_ZJ-0001/SB.xlsx"}


@pytest.mark.parametrize(
    "name", ["../out.xlsx", "a/../../out.xlsx", "/etc/out.xlsx", "C:\\out.xlsx", "..\\out.xlsx"]
)
def test_a_path_out_of_the_archive_is_refused(name, tmp_path):
    target = tmp_path / "in" / "deep"
    (line,) = unpack_sheets([("a.zip", zipped({"good.xlsx": b"1", name: b"2"}))], target)
    assert "指向压缩包以外的路径" in line and "\n" not in line
    assert files(tmp_path) == {}


def locked(content):
    """Set the mark of a password in the local and the central header."""
    content = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


GOOD = zipped({"a.xlsx": b"x" * 1000})


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.zip", b"PK\x03\x04 nonsense", "压缩包已损坏"),
        ("a.zip", GOOD[:-10], "压缩包已损坏"),
        ("a.zip", locked(GOOD), "设有密码"),
        ("a.zip", zipped({"a.docx": b"1"}), "没有评分表"),
        ("a.rar", b"Rar!", "只接受 ZIP 或 XLSX"),
    ],
)
def test_what_cannot_be_opened_is_one_line_and_the_others_are_read(name, content, told, tmp_path):
    (line,) = unpack_sheets([(name, content), ("b.xlsx", b"2")], tmp_path)
    assert told in line and line.startswith(name) and "\n" not in line
    assert files(tmp_path) == {"b.xlsx": b"2"}


def test_sizes_are_limited_by_what_is_read_not_by_what_is_declared(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "SHEET_LIMIT", 500)
    (line,) = unpack_sheets([("a.zip", GOOD)], tmp_path)
    assert "解压后过大" in line
    monkeypatch.setattr(archives, "SHEET_LIMIT", 5000)
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 1500)
    (line,) = unpack_sheets([("a.zip", zipped({"a.xlsx": b"x" * 1000, "b.xlsx": b"x" * 1000}))], tmp_path)
    assert "解压后过大（“b.xlsx”）" in line
    assert files(tmp_path) == {}
    monkeypatch.setattr(archives, "PACKED_LIMIT", 10)
    with pytest.raises(BadInput, match="合计超过"):
        unpack_sheets([("a.zip", GOOD)], tmp_path)


def test_equal_names_of_single_sheets_do_not_overwrite_each_other(tmp_path):
    assert unpack_sheets([("SB.xlsx", b"1"), ("SB.xlsx", b"2")], tmp_path) == ()
    assert files(tmp_path) == {"SB.xlsx": b"1", "2/SB.xlsx": b"2"}


# Arrangement


def entries(*rows):
    return tuple(Entry(number=n, name=f"技术{n}", group=g, merged_numbers=m) for n, g, m in rows)


FOUR = entries(("A", "钢铁", ()), ("B", "钢铁", ("X",)), ("C", "化工", ("Y",)), ("D", "化工", ()))


def rows(**changes):
    made = []
    for place, one in enumerate(FOUR, 1):
        values = {"place": place, "number": one.number, "group": one.group, "name": one.name, "into": None}
        made.append(Row.of(values | changes.get(one.number, {})))
    return made


def test_a_merged_number_and_those_it_took_are_kept():
    made = arranged(FOUR, rows(B={"into": "c"}, D={"into": "C"}))
    assert [(one.number, one.merged_numbers) for one in made] == [("A", ()), ("C", ("Y", "B", "X", "D"))]


@pytest.mark.parametrize(
    ("number", "place", "order"),
    [("D", 1, "DABC"), ("D", 2, "ADBC"), ("A", 3, "BCAD"), ("A", 4, "BCDA"), ("A", 99, "BCDA")],
)
def test_a_moved_row_stands_where_it_was_sent(number, place, order):
    made = arranged(FOUR, rows(**{number: {"place": place}}))
    assert "".join(one.number for one in made) == order


@given(st.permutations("ABCD"))
def test_a_whole_new_order_is_taken(order):
    changes = {number: {"place": place} for place, number in enumerate(order, 1)}
    assert [one.number for one in arranged(FOUR, rows(**changes))] == list(order)


def test_name_and_field_are_taken():
    made = arranged(FOUR, rows(A={"name": " 新名 ", "group": "建材"}))
    assert (made[0].name, made[0].group) == ("新名", "建材")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"A": {"into": "Z"}}, "A 并入编号：“Z”不在本版选入的技术中"),
        ({"A": {"into": "A"}}, "A 并入编号：“A”是它自己"),
        ({"A": {"into": "B"}, "B": {"into": "C"}}, "A 并入编号：“B”本身又并入 C，请直接填 C"),
        ({"A": {"name": None}}, "A 技术名称：为空"),
        ({"B": {"name": "技术A"}}, "B 技术名称：“技术A”与 A 相同"),
        ({"A": {"place": None}}, "A 顺序：为空，请填 1 到 4 的整数"),
        ({"A": {"place": 0}}, "A 顺序：“0”太小"),
    ],
)
def test_a_fault_names_row_and_field(changes, told):
    (line,) = row_faults(rows(**changes))
    assert line.startswith(told)
    assert row_faults(rows()) == []


def test_two_that_merge_into_each_other_are_both_refused():
    assert len(row_faults(rows(A={"into": "B"}, B={"into": "A"}))) == 2


def test_added_entries_stand_after_the_last_of_their_field():
    added = entries(("E", "钢铁", ()), ("F", "建材", ()))
    assert [one.number for one in in_groups(FOUR, added)] == ["A", "B", "E", "C", "D", "F"]
