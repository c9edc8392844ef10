"""Which of the eight aspects a problem comes from, judged on sentences of problem lists."""

import csv
from collections import Counter

import pytest

from catalog.paths import DATA_DIR
from recommender.audit.aspects import ASPECTS, aspect_words, guess_aspect

SENTENCES = [
    ("油漆为溶剂型，VOCs含量高", "materials_energy"),
    ("进厂煤灰分高，热值波动", "materials_energy"),
    ("仍使用六价铬镀液，毒性大", "materials_energy"),
    ("用新鲜蒸汽加热40度的洗水，能源品位不匹配", "materials_energy"),
    ("树脂原料含水率高，烘干耗时", "materials_energy"),
    ("锅炉仍燃用重油", "materials_energy"),
    ("染色采用大浴比间歇工艺，流程长", "process_technology"),
    ("合成反应转化率只有七成，副产物多", "process_technology"),
    ("镀件清洗为单级漂洗，没有采用逆流", "process_technology"),
    ("传统球磨粉磨，工艺落后", "process_technology"),
    ("冷坯入炉，铸坯没有热送热装", "process_technology"),
    ("空压机服役十五年，单耗明显偏高", "equipment"),
    ("换热器结垢严重，传热效率差", "equipment"),
    ("水泵选型偏大，大马拉小车", "equipment"),
    ("电机仍是Y系列高耗能淘汰型号", "equipment"),
    ("导热油炉排烟温度高，未装余热回收装置", "equipment"),
    ("加药量凭师傅经验，忽多忽少", "process_control"),
    ("炉温靠人工调节，波动大", "process_control"),
    ("浓度没有在线检测，每班化验一次才调整", "process_control"),
    ("风机阀门手动，未与负荷联动", "process_control"),
    ("槽液pH未自动控制，参数经常超出范围", "process_control"),
    ("成品一次合格率只有九成，返工多", "product"),
    ("产品包装层数多，用完即弃", "product"),
    ("规格型号太杂，换产频繁造成废品", "product"),
    ("产品设计未考虑回收拆解", "product"),
    ("次品率高，客户退货多", "product"),
    ("浓水直接排掉，没有回用", "waste"),
    ("废酸和含铜废液混在一起收集", "waste"),
    ("钢渣全部外运填埋，未综合利用", "waste"),
    ("边角料当垃圾处理", "waste"),
    ("冷凝水就地排放，热水没收回来", "waste"),
    ("管道接头滴漏，地面常年积水", "management"),
    ("车间没有水表，用水无定额考核", "management"),
    ("危废台账记录不全", "management"),
    ("物料随意堆放，现场脏乱", "management"),
    ("设备没有定期检修计划", "management"),
    ("下班后照明和空调不关，长明灯", "management"),
    ("新工人上岗前没有培训，误操作多", "staff"),
    ("操作工不了解节能要求，积极性不高", "staff"),
    ("没有提合理化建议的奖励办法", "staff"),
    ("员工环保意识淡薄", "staff"),
    ("岗位人员流动大，技能参差不齐", "staff"),
]
"""Sentences written before the word list."""

LATER = [
    ("印刷使用的油墨和洗车水均为高VOCs品种", "materials_energy"),
    ("蒸煮用木片树皮含量大", "materials_energy"),
    ("锅炉燃料仍以无烟块煤为主", "materials_energy"),
    ("钝化液含铬，尚未改用三价铬", "materials_energy"),
    ("食用菌棒灭菌用散煤蒸汽", "materials_energy"),
    ("甲醇精馏为双塔流程，能耗高于三塔", "process_technology"),
    ("漂白仍采用含氯元素漂白", "process_technology"),
    ("清洗线各槽独立换水，没有逐级回流", "process_technology"),
    ("乳粉生产蒸发为单效降膜", "process_technology"),
    ("制砖坯体自然晾晒后再进窑，周期长", "process_technology"),
    ("制冷机组使用十二年，冷凝压力偏高", "equipment"),
    ("蒸汽管道保温层破损多处裸露", "equipment"),
    ("配电变压器为S7系列", "equipment"),
    ("布袋除尘器清灰失效，阻力大", "equipment"),
    ("车间顶灯为400W金卤灯", "equipment"),
    ("干燥塔尾气带热100多度，没有换热器", "equipment"),
    ("絮凝剂投加凭目测调整，药耗大", "process_control"),
    ("窑炉氧含量偏高，助燃风靠挡板", "process_control"),
    ("中和池pH波动大", "process_control"),
    ("空压机加卸载频繁，没有联控", "process_control"),
    ("反应釜升温速率由操作工手动把握", "process_control"),
    ("铝型材成材率只有82%", "product"),
    ("快递外包装纸箱偏大，填充物多", "product"),
    ("电池极片涂布不良品多", "product"),
    ("罐头产品品种切换频繁，清洗耗水", "product"),
    ("瓷砖一等品率低", "product"),
    ("湿法纺丝凝固浴废液未回收溶剂", "waste"),
    ("食品厂果皮果渣外运处理费高", "waste"),
    ("电泳超滤液排入废水", "waste"),
    ("锯末刨花随意焚烧", "waste"),
    ("转炉除尘水直接外排", "waste"),
    ("空调冷凝水未收集利用", "waste"),
    ("各工序没有二级水表", "management"),
    ("设备润滑点滴油，地沟有油花", "management"),
    ("原料库先进先出执行不好，临期料多", "management"),
    ("午休时输送带照常运转", "management"),
    ("环保设施运行记录缺页", "management"),
    ("压缩空气管网漏点未定期检查", "management"),
    ("叉车司机不熟悉节油驾驶", "staff"),
    ("节能知识没有纳入新员工教育", "staff"),
    ("质检员人手紧张，凭个人习惯取样", "staff"),
    ("班组之间没有节能竞赛", "staff"),
    ("员工随手倒料渣，环保观念差", "staff"),
]
"""Sentences written after the word list was finished; the list was not changed for them."""


def agreement(sentences):
    return sum(guess_aspect(text) == aspect for text, aspect in sentences) / len(sentences)


@pytest.mark.parametrize("sentences", [SENTENCES, LATER], ids=["before", "after"])
def test_four_of_five_sentences_are_read_as_an_engineer_reads_them(sentences):
    assert len(sentences) >= 30
    assert agreement(sentences) >= 0.8


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("员工培训到位，但空压机老化严重", "equipment"),
        ("管理制度健全，废水未分质收集", "waste"),
        ("现场没有跑冒滴漏，但加料全凭经验", "process_control"),
        ("设备完好，员工不会操作", "staff"),
        ("台账齐全，管道保温层脱落", "equipment"),
        ("台账不齐全", "management"),
        ("空压机已更换，仍有滴漏", "management"),
    ],
)
def test_what_is_denied_or_praised_does_not_count(text, aspect):
    assert guess_aspect(text) == aspect


@pytest.mark.parametrize(
    "text", ["", "无", "春节放假安排", "未发现泄漏，台账齐全，管理规范", "。。。", "12345"]
)
def test_without_a_word_of_the_list_there_is_no_guess(text):
    assert guess_aspect(text) is None


def test_a_longer_word_hides_the_one_inside_it():
    # 余热无回收 (equipment) and not 无回收 (waste)
    assert guess_aspect("余热没有回收") == "equipment"
    assert guess_aspect("酸没有回收") == "waste"


@pytest.mark.parametrize("lack", ["没有", "未", "尚未", "缺少", "无", "没"])
def test_every_way_to_say_that_something_is_lacking_is_the_same(lack):
    assert guess_aspect(f"车间{lack}水表") == "management"


def test_equal_sums_go_to_the_first_of_the_vocabulary():
    words = aspect_words()
    one = next(word for word, entry in words.items() if entry == ("process_technology", 3.0))
    other = next(word for word, entry in words.items() if entry == ("equipment", 3.0))
    assert guess_aspect(f"{other}；{one}") == "process_technology"


def test_the_process_tips_the_scales_and_no_more():
    assert guess_aspect("现象不明", "污泥压滤") == "waste"
    assert guess_aspect("水泵老化", "废水处理、污泥压滤") == "equipment"


def test_traditional_and_full_width_writing_is_the_same():
    assert guess_aspect("設備老化") == guess_aspect("设备老化") == "equipment"
    assert guess_aspect("ＰＬＣ无反馈") == "process_control"


def test_the_list_has_at_least_25_words_for_each_aspect_and_no_word_twice(catalog):
    with (DATA_DIR / "audit" / "aspect_words.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    counts = Counter(row["aspect"] for row in rows)
    assert list(ASPECTS) == [row.code for row in catalog.codes["audit_aspects"]]
    assert set(counts) == set(ASPECTS)
    assert min(counts.values()) >= 25
    assert len(aspect_words()) == len(rows)  # no two are the same once written alike
    assert all(0 < float(row["weight"]) <= 4 for row in rows)
