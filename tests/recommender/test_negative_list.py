"""What a published list eliminates or restricts: told, replaced, never recommended."""

import pytest

from catalog import Catalog
from catalog.errors import CatalogError
from catalog.negative import NEGATIVE_LIST, load_negative_list, named_in
from catalog.schema import Listing
from recommender import Query, RecommenderEngine

UV = Query("喷涂车间有机废气用光氧设备处理，VOCs总是超标", "汽车")
PLASMA = Query("印刷废气原来用低温等离子净化器，效果差", "印刷")
SINTER = Query("烧结烟气温度200℃直接外排", "钢铁")
SINTER_ID = "CPT-0002"


def listed(catalog, technology_id, **entry):
    """The engine over a copy of the catalogue in which one record is listed like this."""
    one = Listing.model_validate({"catalogue": "industrial_structure", "edition": "2024年本", **entry})
    copies = [
        t.model_copy(update={"listed_in": [one]}) if t.id == technology_id else t
        for t in catalog.technologies
    ]
    return RecommenderEngine.open(
        Catalog(copies, catalog.codes, catalog.policy, catalog.fingerprint, catalog.usage)
    )


def ids(result):
    return [match.technology.id for match in result.matches]


@pytest.mark.parametrize("query", [UV, PLASMA])
def test_the_user_is_told_the_document(engine, query):
    told = [warning for warning in engine.match(query).warnings if "被列为淘汰类" in warning]
    assert told and "《国家污染防治技术指导目录" in told[0] and "生态环境部" in told[0]


@pytest.mark.parametrize("query", [UV, PLASMA])
def test_a_replacement_comes_first(engine, query):
    result = engine.match(query)
    replacements = {i for entry in result.negative for i in entry.replacements}
    assert result.matches[0].technology.id in replacements
    assert result.matches[0].explanation.parts["replacement"] > 0


@pytest.mark.parametrize("query", [UV, PLASMA])
def test_the_replacements_are_named_in_the_warning(engine, query):
    result = engine.match(query)
    (entry,) = result.negative
    told = "".join(result.warnings)
    assert all(engine.catalog[i].name in told for i in entry.replacements)


def test_the_json_holds_entry_class_and_address(engine):
    (entry,) = engine.match(UV).as_json()["negative_list"]
    assert entry["class"] == "eliminated" and entry["url"].startswith("http") and "光氧" in entry["name"]


def test_without_the_name_nothing_is_told_or_replaced(engine):
    result = engine.match(Query("喷涂车间有机废气VOCs总是超标", "汽车"))
    assert result.negative == [] and not any("淘汰" in warning for warning in result.warnings)
    assert all(match.explanation.parts["replacement"] == 0 for match in result.matches)


def test_a_document_is_told_even_if_nothing_fits(engine):
    result = engine.match(Query("光氧设备多少钱一套"))
    assert result.verdict == "none"
    assert any("被列为淘汰类" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("UV光解箱灯管老烧", "光催化（光氧、光解）废气净化"),
        ("低溫等離子設備效果差", "低温等离子废气净化"),
        ("ＵＶ光氧设备", "光催化（光氧、光解）废气净化"),
        ("车间还有JO2系列电机", "J系列电动机"),
        ("Y系列老电机还在转", "Y系列三相异步电动机（2003年前生产）"),
        ("160kA系列电解槽电耗高", "200 kA以下预焙阳极铝电解槽"),
        ("几十台JO2和JO3，绕组重绕过", "J系列电动机"),
        ("行车用的JZR2系列电机", "J系列电动机"),
        ("配电室四台S7老变压器", "SJ、S7、SL7等系列配电变压器"),
        ("变压器型号SL7-315", "SJ、S7、SL7等系列配电变压器"),
        ("ＳＪ１型變壓器", "SJ、S7、SL7等系列配电变压器"),
        ("S8-630配变空载损耗大", "S8系列油浸式变压器"),
        ("一台1600kVA的S9变负荷率不到20%", "S9系列油浸式变压器"),
        ("SG(B)8干式变压器发热", "SG(B)8系列干式变压器"),
        ("JS137-6电机效率低", "JS、JK系列三相异步电动机"),
        ("防爆区还是YB系列电机", "YB、YBF、YBK系列隔爆型三相异步电动机"),
        ("引风机是Y5-47的，效率只有六成", "Y5-47、Y9-35、9-35、W5-47、W7-29、M7-29系列风机"),
        ("8-18高压风机耗电", "8-18、9-27系列高压离心通风机"),
        ("BA型离心泵磨损", "B型、BA型单级单吸悬臂式离心泵"),
        ("F型耐腐蚀泵漏", "F型单级单吸耐腐蚀泵"),
        ("JD型深井泵", "JD型长轴深井泵"),
        ("DG270-140给水泵", "GC型低压锅炉给水泵，DG270-140、DG500-140、DG375-185锅炉给水泵"),
        ("两台L-10/8空压机", "L-10/7、L-10/8型往复式空气压缩机"),
        ("3W-0.9/7空压机吵", "3W-0.9/7（环状阀）空气压缩机"),
        ("ZX5焊机电耗高", "NSA、ZX5、ZX6系列弧焊机"),
        ("RX系列箱式炉保温差", "RT、RX系列电阻炉，RQ系列井式气体渗碳炉"),
        ("一台固定炉排锅炉冒黑烟", "固定炉排燃煤锅炉"),
        ("4吨燃煤锅炉冒黑烟", "每小时10蒸吨及以下燃煤锅炉"),
        ("两台10t/h链条锅炉", "每小时10蒸吨及以下燃煤锅炉"),
        ("澡堂用的燃煤2吨锅炉", "每小时10蒸吨及以下燃煤锅炉"),
        ("1吨生物质锅炉颗粒物超标", "每小时2蒸吨及以下生物质锅炉"),
    ],
)
def test_entries_are_found_however_they_are_written(engine, text, name):
    assert name in {entry.name for entry in engine.read(text).negative}


@pytest.mark.parametrize(
    "text",
    [
        "YE4系列电机效率",
        "420kA系列电解槽电耗高",
        "光伏板积灰",
        "离子交换树脂再生废水",
        "日光灯费电",
        "20吨燃煤锅炉排烟温度高",
        "35t/h链条锅炉",
        "10吨燃气锅炉低氮改造",
        "每天5吨，燃煤锅炉",
        "3.5吨/小时生物质锅炉",
        "6吨生物质锅炉",
        "每天烧5吨煤的锅炉",
        "S11变压器负载率低",
        "SCB10干式变压器",
        "S7号线停了",
        "8-18点用电高峰",
        "9-35℃的循环水",
        "YBX4电机",
        "L-20/8空压机",
        "BA工艺废水",
        "F型管",
        "生物质固定炉排焚烧",
        "RTO蓄热炉",
        "ZX7逆变焊机",
    ],
)
def test_what_only_looks_alike_is_not_found(engine, text):
    assert engine.read(text).negative == ()


def test_a_steriliser_is_no_waste_gas_treatment(engine):
    assert engine.read("医院低温等离子灭菌器用久了耗电高").negative == ()


def test_the_excepted_use_is_not_replaced(engine):
    result = engine.match(Query("低温等离子设备除臭效果差，臭气投诉多"))
    assert result.matches
    assert all(match.explanation.parts["replacement"] == 0 for match in result.matches)


def test_an_eliminated_record_is_never_recommended(engine, catalog):
    assert SINTER_ID in ids(engine.match(SINTER))
    changed = listed(catalog, SINTER_ID, **{"class": "eliminated"})
    result = changed.match(SINTER)
    assert result.verdict == "matched" and SINTER_ID not in ids(result)


def test_an_eliminated_record_stays_out_with_every_chip_removed(catalog):
    changed = listed(catalog, SINTER_ID, **{"class": "eliminated"})
    everything = frozenset({"no_stop", "small_space", "no_water"})
    assert SINTER_ID not in ids(
        changed.match(Query(SINTER.text, "钢铁", k=50, ignored_constraints=everything))
    )


def test_a_restricted_record_stays_with_its_condition(catalog):
    changed = listed(catalog, SINTER_ID, **{"class": "restricted", "condition": "限180平方米以下"})
    hit = next(m for m in changed.match(SINTER).matches if m.technology.id == SINTER_ID)
    assert any("限制类" in line and "限180平方米以下" in line for line in hit.reasons())


def test_a_restricted_record_without_condition_says_where_to_look(catalog):
    changed = listed(catalog, SINTER_ID, **{"class": "restricted"})
    hit = next(m for m in changed.match(SINTER).matches if m.technology.id == SINTER_ID)
    assert any("见目录原文" in note for note in hit.notes)


def test_praise_changes_nothing(engine, catalog):
    changed = listed(catalog, SINTER_ID, **{"class": "encouraged"})
    assert ids(changed.match(SINTER)) == ids(engine.match(SINTER))


def test_the_shipped_list_names_records_that_can_be_recommended(engine, catalog):
    for entry in load_negative_list(known_ids={t.id for t in catalog.technologies}):
        assert entry.replacements and set(entry.replacements) <= set(engine.ids), entry.name


def test_faults_of_the_list_are_named_by_line(tmp_path):
    header, first = NEGATIVE_LIST.read_text(encoding="utf-8-sig").splitlines()[:2]
    broken = tmp_path / "negative_list.csv"
    broken.write_text("\n".join([header, first.replace("eliminated", "forbidden")]) + "\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="eliminated or restricted"):
        load_negative_list(broken)


def test_named_in_keeps_the_order_of_the_list():
    entries = load_negative_list()
    found = named_in("低温等离子和光氧都试过", entries)
    assert found == [entry for entry in entries if entry in found] and len(found) == 2
