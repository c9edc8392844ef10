"""推荐凭证: the same engine gives the same bytes, and whatever changed is named."""

import copy
import datetime
import hashlib
import io
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BadInput
from catalog.paths import DATA_DIR
from embeddings.lexicon import thesaurus
from recommender import Filters, Query, RecommenderEngine
from recommender.ranking import RANKER, Ranker
from recommender.settings import Levels, Settings
from recommender.slip import (
    PROGRAM,
    Answered,
    Place,
    Slip,
    make_slip,
    read_slip,
    replay,
    slip_bytes,
    write_slip_docx,
)
from recommender.thesaurus import Thesaurus

ROOT = Path(__file__).parents[2]
JUDGED = DATA_DIR / "judgements" / "queries.yaml"
TODAY = datetime.date(2026, 11, 21)
QUERIES = (
    Query("机头热风白白跑掉，抽风机费电", "钢铁", id="P1"),
    Query(
        "烟气氮氧化物超标，不用氨",
        "水泥厂",
        Filters(stages=frozenset({"end_of_pipe", "process_control"}), media=frozenset({"waste_gas"})),
        k=30,
        id="P2",
        ignored_constraints=frozenset({"no_ammonia"}),
    ),
    Query("今天天气怎么样", id="P3"),
    Query("  ", id="P4"),
)


@pytest.fixture(scope="module")
def slip(engine):
    return make_slip(engine, QUERIES)


@pytest.fixture(scope="module")
def file(slip):
    return slip_bytes(slip)


def changed(engine, **values):
    """The engine with other parts, everything else shared."""
    other = copy.copy(engine)
    for name, value in values.items():
        setattr(other, name, value)
    return other


def signed(content):
    """JSON content as a file whose hash fits."""
    data = {key: value for key, value in content.items() if key != "hash"}

    def canonical(part):
        return (json.dumps(part, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()

    return canonical({**data, "hash": hashlib.sha256(canonical(data)).hexdigest()})


def test_replay_from_the_file_is_byte_identical(engine, file):
    found = replay(engine, read_slip(file, "凭证.json"))
    assert found.same and found.differences == ()
    assert slip_bytes(found.slip) == file


def test_another_engine_on_the_same_data_gives_the_same_bytes(engine, file, tmp_path):
    other = RecommenderEngine.open(engine.catalog, home=tmp_path)
    assert replay(other, read_slip(file, "凭证.json")).same


def test_another_process_gives_the_same_bytes(tmp_path, engine):
    texts = [query["text"] for query in yaml.safe_load(JUDGED.read_text(encoding="utf-8"))[:50]]
    path = tmp_path / "凭证.json"
    path.write_bytes(slip_bytes(make_slip(engine, [Query(text) for text in texts])))
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from recommender import RecommenderEngine\n"
        "from recommender.slip import read_slip, replay\n"
        "found = replay(RecommenderEngine.open(), read_slip(Path(sys.argv[1]).read_bytes(), 'x'))\n"
        "sys.exit(0 if found.same else 3)\n"
    )
    for seed in ("1", "2"):  # words in sets come in another order
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        assert done.returncode == 0


def test_the_file_is_canonical_json_and_its_hash_is_of_everything_else(slip, file):
    content = json.loads(file)
    assert file == signed(content)
    assert content["hash"] == slip.hash and len(slip.hash) == 64
    assert list(content) == sorted(content)
    assert file.endswith(b"}\n") and "钢铁".encode() in file


def test_the_slip_names_what_the_engine_holds(engine, catalog, slip):
    assert slip.edition.fingerprint == catalog.fingerprint
    assert (slip.edition.records, slip.edition.recommendable) == (len(catalog), len(engine.ids))
    assert (slip.model.name, slip.model.revision) == (engine.encoder.name, engine.encoder.revision)
    assert slip.index.records == len(engine.ids) and slip.index.dimension == engine.encoder.dimension
    assert slip.weights.ranking == json.loads(RANKER.read_text(encoding="utf-8"))["weights"]
    assert slip.weights.ranker_sha256 == hashlib.sha256(RANKER.read_bytes()).hexdigest()
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (DATA_DIR / "lexicon").iterdir()}
    assert slip.lexicon.files == files
    assert slip.settings.levels == engine.config.levels


def test_the_program_version_is_that_of_the_project():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(project)["project"]["version"] == PROGRAM


def test_outputs_are_what_a_match_returns(engine, slip):
    for query, kept in zip(QUERIES[:3], slip.queries, strict=False):
        found = engine.match(query)
        assert (kept.verdict, kept.none_reason) == (found.verdict, found.none_reason)
        assert [
            (m.technology.id, m.technology.name, m.level, round(m.score, 6), round(m.probability, 4))
            for m in found.matches
        ] == [(p.id, p.name, p.level, p.score, p.probability) for p in kept.results]
    assert slip.queries[0].verdict == "matched" and slip.queries[0].results


def test_queries_without_an_answer_keep_the_reason(slip):
    weather, empty = slip.queries[2:]
    assert weather.verdict == empty.verdict == "none"
    assert weather.results == empty.results == ()
    assert weather.none_reason and "问题描述：为空" in empty.none_reason


def test_filters_and_ignored_constraints_survive_the_round_trip(file):
    asked = [one.asked.query for one in read_slip(file, "凭证.json").queries]
    assert asked == list(QUERIES)
    assert json.loads(file)["queries"][1]["asked"]["filters"] == {
        "media": ["waste_gas"],
        "stages": ["end_of_pipe", "process_control"],
    }


def test_what_the_filters_and_ignored_constraints_do_is_in_the_outputs(engine, slip):
    plain = make_slip(engine, [Query(QUERIES[1].text, "水泥厂", k=30)])
    ids = {place.id for place in slip.queries[1].results}
    assert {engine.catalog[i].stage for i in ids} <= {"end_of_pipe", "process_control"}
    assert "CPT-0812" in ids and "CPT-0812" not in {p.id for p in plain.queries[0].results}  # SCR and SNCR


def test_no_query_at_all_is_a_slip_too(engine):
    slip = make_slip(engine, [])
    assert slip.queries == () and replay(engine, read_slip(slip_bytes(slip), "空.json")).same


def test_one_weight_changed_is_named_with_places_before_and_after(engine, slip):
    ranker = engine.ranker
    other = changed(engine, ranker=Ranker({**ranker.weights, "asked": 8.5}, ranker.offset))
    found = replay(other, slip)
    assert not found.same
    first = found.differences[0]
    assert first.startswith(f"权重：{slip.weights.digest[:12]} → {found.slip.weights.digest[:12]}")
    assert f"ranking.asked {ranker.weights['asked']} → 8.5" in first
    was, now = slip.queries[0].results[0], found.slip.queries[0].results[0]
    assert was.score != now.score
    assert f"第 1 条 P1 第 1 位：{was} → {now}" in found.differences
    assert not any(line.startswith(("目录", "模型", "索引", "词表", "设置")) for line in found.differences)


def test_a_place_that_is_gone_and_a_verdict_that_turned_are_told(engine, slip):
    strict = engine.config.model_copy(update={"levels": Levels(strong=0.99, medium=0.98, weak=0.97)})
    found = replay(changed(engine, config=strict), slip)
    assert found.differences[0].startswith("设置：") and "levels.weak 0.01 → 0.97" in found.differences[0]
    assert "第 1 条 P1 结论：有推荐 → 无推荐" in found.differences
    assert any(line.startswith("第 1 条 P1 说明：无 → ") for line in found.differences)
    assert f"第 1 条 P1 第 1 位：{slip.queries[0].results[0]} → 无" in found.differences


def test_a_setting_that_changes_no_result_is_named_and_the_results_called_the_same(engine, slip):
    found = replay(changed(engine, config=engine.config.model_copy(update={"max_text": 1999})), slip)
    assert not found.same
    setting, same = found.differences
    assert setting.startswith("设置：") and "max_text 2000 → 1999" in setting
    assert same == "各条推荐结果与凭证相同，只有上列各项不同"


def test_lexical_parameters_are_part_of_index_and_settings(engine, slip):
    other = RecommenderEngine.open(engine.catalog, config=Settings(bm25_k1=0.4))
    heads = [line.split("：")[0] for line in replay(other, slip).differences[:2]]
    assert heads == ["索引", "设置"]


def test_a_thesaurus_changed_is_named(engine, slip):
    entries = [entry for entry in thesaurus() if entry.word != "机头"]
    other = engine.with_thesaurus(Thesaurus.of(entries[: len(entries) // 2]))
    found = replay(other, slip)
    assert not found.same and found.differences[0].startswith("词表：")
    assert "thesaurus " in found.differences[0]


def test_another_model_catalogue_and_program_are_named(engine, slip):
    encoder = SimpleNamespace(name="other", revision="0" * 16, dimension=engine.encoder.dimension)
    assert [line[:3] for line in replay(changed(engine, encoder=encoder), slip).differences[:2]] == [
        "模型：",
        "索引：",
    ]
    old = slip.model_copy(
        update={
            "program": "0.0.9",
            "edition": slip.edition.model_copy(update={"fingerprint": "0" * 32, "records": 1}),
        }
    )
    program, edition, same = replay(engine, old).differences
    assert program == f"程序：0.0.9 → {PROGRAM}"
    assert edition.startswith("目录：") and f"records 1 → {slip.edition.records}" in edition
    assert same.startswith("各条推荐结果与凭证相同")


def test_results_that_differ_for_no_recorded_reason_are_called_so(engine, slip):
    first, *others = slip.queries
    place = first.results[0].model_copy(update={"score": 1.0, "level": "weak"})
    forged = first.model_copy(update={"results": (place, *first.results[1:])})
    found = replay(engine, slip.model_copy(update={"queries": (forged, *others)}))
    assert found.differences == (
        f"第 1 条 P1 第 1 位：{place} → {first.results[0]}",
        "目录、模型、索引、权重、词表和设置都与凭证相同而结果不同：程序代码或运行库已改动，请核对程序版本",
    )
    assert " 弱 得分 1.000000 " in str(place)


def test_a_digit_changed_by_hand_is_detected(file):
    score = json.loads(file)["queries"][0]["results"][0]["score"]
    forged = file.replace(str(score).encode(), str(round(score + 0.000001, 6)).encode(), 1)
    assert forged != file
    with pytest.raises(BadInput, match=r"凭证\.json: 内容与校验值 [0-9a-f]{12} 不符，文件在签发后被改动"):
        read_slip(forged, "凭证.json")


@given(data=st.data())
def test_no_character_can_be_changed_unnoticed(file, data):
    text = file.decode()
    place = data.draw(st.integers(0, len(text) - 1))
    written = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != text[place]))
    with pytest.raises(BadInput) as caught:
        read_slip((text[:place] + written + text[place + 1 :]).encode(), "凭证.json")
    assert str(caught.value).startswith("凭证.json: ")


def test_a_value_written_twice_is_detected(file):
    doubled = file.replace(b'"verdict": "none"', b'"verdict": "matched",\n   "verdict": "none"', 1)
    assert json.loads(doubled) == json.loads(file)
    with pytest.raises(BadInput, match="重新排版"):
        read_slip(doubled, "凭证.json")


def test_a_bom_and_other_line_ends_do_no_harm(slip, file):
    assert read_slip(b"\xef\xbb\xbf" + file.replace(b"\n", b"\r\n"), "凭证.json") == slip


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\xff\xfe\x00", b"[1]", b"null", b'{"qingyuan_project": 1}', b"[" * 100_000],
)
def test_what_is_no_slip_is_refused_in_one_line(content):
    with pytest.raises(BadInput) as caught:
        read_slip(content, "别的.json")
    assert str(caught.value) == "别的.json: 不是推荐凭证，请选择由本程序写出的凭证文件（JSON）"


@pytest.mark.parametrize("found", [2, "2", None])
def test_a_newer_format_is_refused(file, found):
    content = signed({**json.loads(file), "qingyuan_slip": found})
    with pytest.raises(BadInput, match=f"凭证格式为第 {found} 版，本程序只认第 1 版，请升级程序"):
        read_slip(content, "新.json")


@pytest.mark.parametrize("value", [b"NaN", b'"\\ud800"'])
def test_values_no_slip_can_hold_count_as_changed(file, value):
    forged = file.replace(f'"program": "{PROGRAM}"'.encode(), b'"program": ' + value)
    with pytest.raises(BadInput, match="被改动"):
        read_slip(forged, "凭证.json")


def test_signed_content_that_is_none_of_ours_is_told_field_by_field(file):
    content = json.loads(file)
    content["remark"] = "x"
    content["queries"][1]["asked"]["filters"] = {"colour": ["red"]}
    with pytest.raises(BadInput) as caught:
        read_slip(signed(content), "凭证.json")
    lines = str(caught.value).splitlines()
    assert len(lines) == 2 and all(line.startswith("凭证.json: ") for line in lines)
    assert "筛选项“colour”不存在" in lines[0] and "remark" in lines[1]


def document_texts(content):
    from docx import Document

    document = Document(io.BytesIO(content))
    basis, results = document.tables
    return (
        "\n".join(p.text for p in document.paragraphs),
        [[cell.text for cell in row.cells] for row in basis.rows],
        [[cell.text for cell in row.cells] for row in results.rows],
    )


def test_the_page_shows_the_basis_the_results_and_how_to_replay(slip):
    text, basis, results = document_texts(write_slip_docx(slip, today=TODAY))
    assert slip.hash in text and "签发日期 2026-11-21" in text and "问题 4 条" in text
    assert "python -m recommender replay" in text
    labels = [row[0] for row in basis[1:]]
    assert labels == ["程序", "目录", "模型", "索引", "权重", "词表", "设置", "输入"]
    assert slip.edition.fingerprint in basis[2][1] and basis[5][2] == slip.weights.digest[:16]
    first = slip.queries[0].results[0]
    number, problem, *place = results[1]
    assert number == "1" and problem.startswith("[P1] 机头热风白白跑掉") and "行业：钢铁" in problem
    assert place[:3] == ["1", first.id, first.name] and place[4] == f"{first.score:.6f}"
    assert "最多 30 项；筛选介质：废气；筛选环节：末端治理、过程控制；不按约束处理：不用氨" in "".join(
        {row[1] for row in results if row[0] == "2"}
    )
    assert [row[4] for row in results if row[0] == "4"] == [f"无推荐：{slip.queries[3].none_reason}"]


def test_the_page_has_the_same_bytes_each_time_made_or_read(slip, file):
    page = write_slip_docx(slip, today=TODAY)
    assert page == write_slip_docx(read_slip(file, "凭证.json"), today=TODAY)
    assert page != write_slip_docx(slip, today=datetime.date(2026, 11, 22))
    assert "cantSplit" in zipfile.ZipFile(io.BytesIO(page)).read("word/document.xml").decode()


def test_fifty_queries_make_one_table_of_at_most_ten_places_each(slip):
    shown = slip.queries[0]
    places = tuple(
        Place(id=f"CPT-{n:04}", name="甲", level="weak", score=1.0, probability=0.1) for n in range(12)
    )
    long = Answered(
        asked=shown.asked.model_copy(update={"text": "长" * 1990 + "\x08末"}),
        verdict="matched",
        none_reason=None,
        results=places,
    )
    many = slip.model_copy(update={"queries": (long,) * 50})
    _, _, results = document_texts(write_slip_docx(many, today=TODAY))
    assert len(results) == 1 + 50 * 11
    assert results[11][2:5] == ["…", "", "其余 2 项见凭证文件"]
    assert [row[2] for row in results[1:11]] == [str(n) for n in range(1, 11)]
    assert "长" * 200 + "……（全文见凭证文件）" in results[1][1] and "长" * 201 not in results[1][1]


def test_a_character_no_word_file_can_hold_stays_out_of_the_page(engine):
    slip = make_slip(engine, [Query("空压机余热没有\x08利用", id="\x01")])
    _, _, results = document_texts(write_slip_docx(slip, today=TODAY))
    assert "空压机余热没有 利用" in results[1][1]
    assert read_slip(slip_bytes(slip), "凭证.json").queries[0].asked.text == "空压机余热没有\x08利用"


def test_a_slip_cannot_be_changed_in_place(slip):
    with pytest.raises(ValueError, match="frozen"):
        slip.program = "9"


def test_unknown_fields_are_refused():
    with pytest.raises(ValueError, match="extra"):
        Slip.model_validate({"unknown": 1})
