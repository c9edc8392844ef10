"""Questions that want no technology are told so; problems that mention such things are answered."""

import pytest

from recommender import Query, intent

ASKED = {
    "permit": [
        "电镀线扩产一条，环评批文要多久能拿到",
        "RTO焚烧炉改造需不需要重新办排污许可证",
        "铝灰转移到外省要办什么手续",
    ],
    "subsidy": ["节能技改项目补贴能申请多少", "余热发电项目能不能申请贴息贷款"],
    "price": [
        "布袋除尘器滤袋一条市场价是多少",
        "MVR蒸发器一套多少钱",
        "VOCs在线监测运维服务费一年收费标准",
        "COD的环境保护税一个当量交多少",
    ],
    "law": ["废切削液倒进雨水沟违法吗", "锅炉烟尘超标会被判几年"],
    "standard": [
        "水泥窑氮氧化物的国家标准限值是哪一条",
        "GB 16297里颗粒物最高允许排放浓度写的多少",
        "印染废水间接排放执行哪个标准，COD限值多少",
        "工业炉窑颗粒物限值依据哪个国标",
    ],
    "procurement": ["螺杆空压机什么牌子省电", "RTO设备推荐几个靠谱厂家", "沸石转轮哪家做得好"],
    "training": ["危废管理员培训班哪里报名", "能源管理师考试什么时候报名"],
    "form": [
        "污泥台账表格模板有没有",
        "清洁生产审核报告的封面格式怎么写",
        "布袋除尘器点检表模板哪里下载",
        "余热锅炉操作规程的范文给一份",
    ],
}
ANSWERS = {one.name: one.answer for one in intent.intents()}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in ASKED.items() for text in texts])
def test_a_question_with_technical_words_gets_none_with_the_sentence(engine, name, text):
    result = engine.match(Query(text))
    assert result.verdict == "none" and result.matches == []
    assert result.none_reason == ANSWERS[name]


@pytest.mark.parametrize("name", ["permit", "subsidy", "price", "law", "training", "procurement"])
def test_patterns_see_traditional_and_full_width_text(name):
    text = {
        "permit": "排污許可證怎麼辦理",
        "subsidy": "節能改造補貼怎麼申請",
        "price": "ＲＴＯ一套多少錢",
        "law": "廢油倒進河裡違法嗎",
        "training": "環保員培訓班",
        "procurement": "除塵器哪個牌子好",
    }[name]
    assert intent.recognise(text).name == name


@pytest.mark.parametrize(
    "text",
    [
        "刚被罚款，喷漆房有机废气浓度高，想换油漆",
        "上周挨了罚，定形机烟气油烟大余热也没回收",
        "天然气涨价太厉害，加热炉排烟温度高，余热想用起来",
        "电费贵，水泵靠阀门节流",
        "危废处置价格涨到四千，废切削液一年八十吨，想减量",
        "厂家报价太高没买成，空压机漏气还是老样子",
        "环评要求废水不外排，反渗透浓水没有去处",
        "验收没通过，锅炉氮氧化物排放偏高",
        "标准加严，水泥窑氨逃逸高",
        "品牌换过三次的滤筒还是糊，木粉除尘压差高",
        "补贴取消了，锅炉烟气余热还白白排掉",
        "污水站出水达不到一级A标准，怎么办",
        "按新标准NOx要50，现在120，用什么办法",
        "怎么满足园区接管标准，COD老超",
        "检测报告显示苯系物超标，涂装线怎么治理",
    ],
)
def test_a_problem_that_mentions_them_in_passing_is_answered(engine, text):
    assert intent.recognise(text) is None
    assert engine.match(Query(text)).verdict == "matched"


@pytest.mark.parametrize("text", ["铝电解直流电耗比阶梯电价标准高两成", "锅炉排烟温度高，验收前怎么弄下来"])
def test_a_pattern_decides_nothing_where_a_technology_is_likely_wanted(engine, text):
    assert intent.recognise(text) is not None
    assert engine.match(Query(text)).verdict == "matched"


@pytest.mark.parametrize("phrase", ["怎么办", "，请推荐技术", "，用什么技术好", "，该怎么改", "，怎么治理？"])
@pytest.mark.parametrize(
    "text",
    [
        "锅炉氮氧化物浓度高",
        "空压机漏气严重，电费高",
        "喷漆房有机废气味道大",
        "电镀漂洗水用量大",
        "猪场粪水没地方去",
        "酒店热水烧燃气太费",
    ],
)
def test_asking_for_a_way_is_no_sign_that_nothing_fits(engine, text, phrase):
    """Most questions learned from state the problem alone; those that ask are mostly administrative."""
    assert engine.match(Query(text)).verdict == "matched"
    assert engine.match(Query(text + phrase)).verdict == "matched"


@pytest.mark.parametrize("text", ["碳达峰实施方案怎么写", "帮我写一份节水改造报告", "污水站运行台账该如何填"])
def test_who_wants_a_paper_written_gets_none(engine, text):
    result = engine.match(Query(text))
    assert not result.matches and "文稿" in result.none_reason


@pytest.mark.parametrize("text", ["电镀废水含镍，处理方案怎么做", "退火炉换热方案没有落实，排烟四百度"])
def test_a_plan_in_a_problem_is_no_paper(engine, text):
    assert engine.match(Query(text)).matches


def test_a_tax_in_passing_does_not_hide_the_problem(engine):
    assert engine.match(Query("环保税交得多，锅炉二氧化硫浓度高怎么降")).verdict == "matched"


def test_the_industry_does_not_turn_a_question_into_a_problem(engine):
    for industry in ("钢铁", "水泥", None):
        assert engine.match(Query("除尘器滤袋哪个牌子好", industry)).verdict == "none"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("节水技术改造资金从哪来", "subsidy"),
        ("碳配额不够了怎么买", "carbon_market"),
        ("危废减量化要求有哪些", "standard"),
        ("怎么计算吨钢综合能耗", "standard"),
        ("高耗能设备淘汰时间表", "standard"),
        ("电解铝能效标杆水平", "standard"),
        ("磷石膏是不是危险废物", "standard"),
        ("分布式光伏上网电价", "price"),
        ("危废暂存间标识牌怎么做", "form"),
    ],
)
def test_some_words_decide_whatever_the_classifier_thinks(engine, text, name):
    assert intent.recognise(text, doubtful=False).name == name
    assert engine.match(Query(text)).none_reason == ANSWERS[name]


@pytest.mark.parametrize(
    "text",
    [
        "阶梯电价扛不住，电炉怎么降吨钢电耗",
        "电动公交 充电 高峰电价",
        "碳配额每年缺口三十万吨，买配额要花两千多万，氢气这块最大",
        "地下车库风机按时间表开，里头一辆车也没有照吹",
        "甲醛超限值有啥办法治",
        "光伏组件厂单位产品电耗超标杆值",
    ],
)
def test_they_decide_only_where_they_are_the_whole_question(text):
    assert intent.recognise(text, doubtful=False) is None


def test_every_intent_has_a_sentence():
    assert all(one.answer and not one.answer.endswith("。") for one in intent.intents())


def test_the_classifier_knows_the_same_intents_as_the_list():
    classes = set(intent.load_model().classes)
    assert intent.TECHNOLOGY in classes
    assert classes - {intent.TECHNOLOGY} <= {one.name for one in intent.intents()}


THINGS = ("水泵", "风机", "锅炉", "滤袋")
EXAMPLES = [
    *(intent.IntentExample("price", f"{thing}多少钱一套") for thing in THINGS),
    *(intent.IntentExample("permit", f"{thing}要办什么手续") for thing in THINGS),
    *(intent.IntentExample("technology", f"{thing}能耗高怎么降") for thing in THINGS),
]
STATEMENTS = ["空压机能耗高，漏气严重", "烟气余热没有回收怎么降"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("除尘器多少钱一套", "price"), ("除尘器要办什么手续", "permit"), ("除尘器能耗高怎么降", "technology")],
)
def test_training_tells_the_classes_apart(text, name):
    shares = intent.train(EXAMPLES, STATEMENTS).probabilities(text)
    assert max(shares, key=lambda label: shares[label]) == name
    assert sum(shares.values()) == pytest.approx(1.0)


def test_training_is_repeatable():
    first, second = (intent.train(EXAMPLES, STATEMENTS) for _ in range(2))
    assert first.probabilities("除尘器多少钱一套") == second.probabilities("除尘器多少钱一套")


def test_a_stored_classifier_answers_like_the_one_trained(tmp_path):
    model = intent.train(EXAMPLES, STATEMENTS)
    model.save(tmp_path / "intents.npz")
    stored = intent.load_model(tmp_path / "intents.npz")
    assert stored.probabilities("除尘器多少钱") == pytest.approx(
        model.probabilities("除尘器多少钱"), abs=1e-2
    )


def test_two_classes_can_be_told_apart():
    two = [one for one in EXAMPLES if one.label != "permit"]
    assert intent.train(two, STATEMENTS).probabilities("除尘器多少钱一套")["price"] > 0.5


def test_a_gap_of_the_catalogue_is_no_class_of_its_own():
    gaps = [intent.IntentExample(intent.GAP, f"{thing}里有放射性") for thing in THINGS]
    with_gaps, without = (intent.train(own, STATEMENTS) for own in ([*EXAMPLES, *gaps], EXAMPLES))
    assert with_gaps.classes == without.classes
    assert with_gaps.probabilities("除尘器里有放射性") == without.probabilities("除尘器里有放射性")


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        ("VOCs减排的考核办法", "化工"),
        ("零碳工厂认证推荐", None),
        ("零碳园区建设指标有哪些", None),
        ("节能改造谁负责审批", "医院"),
        ("节水先进单位名单有哪些", "造纸"),
        ("减排潜力怎么测算", "化工"),
        ("降碳目标分几年完成", "钢铁"),
        ("节能改造项目可研报告模板", "水泥"),
    ],
)
def test_a_wide_wish_for_money_indicators_or_papers_gets_none(engine, text, industry):
    assert not engine.match(Query(text, industry)).matches
