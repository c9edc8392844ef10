"""Words of the consultant's pages."""

from __future__ import annotations

from recommender.audit.project import KIND_LABELS
from recommender.audit.ranking import FACTOR_LABELS
from recommender.audit.steps import STEP_LABELS

PAGES = STEP_LABELS
PAGE_OBJECTS = "audit_pages"
SECTION = "清洁生产审核"
SECTION_CATALOGUE = "目录与匹配"

EXAMPLE = "示例数据"
NO_PROJECT = "尚未打开项目。请在“项目”页新建、打开或载入示例。"
AT_HAND = "项目：{name}（{id}） · 最近保存 {at}（自动保存）"
CONFLICT_COPY = "您的版本已另存为项目 {id}，当前页面显示的是它"

LIST_TITLE = "本机的项目"
LIST_EMPTY = "还没有项目"
OPEN = "打开"
NEW_TITLE = "新建项目"
NEW_NAME = "企业名称"
NEW_BUTTON = "新建"
DEMO_BUTTONS = {"plating": "载入示例：电镀车间（50 条问题）", "steel": "载入示例：钢铁厂（30 条问题）"}
IMPORT_FILE = "导入项目文件"
IMPORT_BUTTON = "导入为新项目"
EXPORT_FILE = "导出项目文件"
DUPLICATE = "复制项目"
REMOVE = "删除项目"
REMOVE_CONFIRM = "确定删除“{name}”？删除后不能恢复，建议先导出。"
REMOVE_YES = "确定删除"

TAB_PROFILE = "企业与参数"
TAB_PRICES = "价格"
TAB_YEARS = "三年数据"
TAB_TARGETS = "清洁生产目标"
TAB_SITE = "检修窗口与物流能流"
SECTION_CHOICE = "内容"

NAME = "企业名称"
INDUSTRY = "行业（GB/T 4754）"
PRODUCT = "主要产品"
PRODUCT_UNIT = "产品计量单位"
SCALE = "生产规模"
REGION = "电力排放因子的地区"
FACTOR_YEAR = "电力排放因子的年份"
FACTOR_NEWEST = "最新公布"
COAL_BASIS = "折标煤口径"
COAL_BASES = {"calorific": "当量值", "equivalent": "等价值"}
DISCOUNT = "贴现率（%）"
BENCHMARK = "基准收益率（%，空则同贴现率）"
TAX = "所得税率（%）"
DEPRECIATION = "折旧年限（年）"
LIFE = "寿命期（年）"
RESIDUAL = "残值率（%）"
LIMITS = "费用界限（万元，全国没有统一标准，按企业自定）"
LIMIT_LABELS = {"no_cost": "无费 ≤", "low_cost": "低费 ≤", "medium_cost": "中费 ≤"}
PAYBACK_LIMITS = "可接受的回收期（年）"
PAYBACK_LABELS = {"low_cost": "无/低费", "medium_cost": "中费", "high_cost": "高费"}
WEIGHTS = "权重总和计分的权重（1–10）"
WEIGHT_LABELS: dict[str, str] = dict(FACTOR_LABELS.items())
MAX_OPTIONS = "每条问题最多匹配几项"

ITEM = "项目"
ITEM_HELP = "电力、蒸汽、天然气、新鲜水等写通用名称；污染物写 COD、氨氮等；物料写自己的名称"
KIND = "类别"
KINDS: dict[str, str] = dict(KIND_LABELS.items())
UNIT = "单位"
PRICE = "价格"
PRICE_UNIT = "价格单位"
TAX_MARK = "含税"
TAX_MARKS = {"excluded": "不含税", "included": "含税"}
VAT = "增值税率（%）"
LOW, HIGH = "下限", "上限"
SOURCE = "来源"
EVIDENCE = "性质"
EVIDENCES = {
    "site": "现场数据", "declared": "申报声称", "third_party_test": "第三方检测", "case": "案例实测",
    "literature": "文献", "estimate": "工程估计", "example": "示例",
}  # fmt: skip
YEARS_HELP = "近三年数据；不知道的留空，不要填 0"
YEAR_FIRST = "数据起始年"
BASE_YEAR = "基准年"
TARGET_COLUMNS = {
    "indicator": "指标", "item": "对应项目", "per_unit": "按单位产品", "unit": "单位", "current": "现状",
    "near": "近期目标", "near_year": "近期年份", "far": "远期目标", "far_year": "远期年份",
    "higher_is_better": "越高越好",
}  # fmt: skip
TARGET_STATE = {True: "达到", False: "未达到", None: "未计算"}
SHUTDOWN_COLUMNS = {"name": "检修窗口", "start": "开始日期", "days": "天数"}
STREAM_COLUMNS = {
    "id": "编号",
    "name": "物流或能流",
    "temperature_c": "温度（℃）",
    "value": "数量",
    "unit": "单位",
    "note": "说明",
}
SHUTDOWNS = "检修窗口"
STREAMS = "可利用的物流、能流"

EXPERIENCE = "本机各项目的经验"
EXPERIENCE_RATIOS = "同一技术的实测与承诺之比（样本满三个才显示）"
EXPERIENCE_NONE = "样本不足三个，暂不显示"
EXPERIENCE_REJECTIONS = "不可行的原因统计"

UPLOAD_LIST = "上传问题清单（XLSX、CSV）"
PASTE_LIST = "或从表格中复制后粘贴到这里"
PASTE_PLACEHOLDER = "序号\t工序\t问题描述\t责任部门"
MAP_TITLE = "列的对应关系（已自动识别，可修改）"
MAP_NONE = "（不用）"
MAP_FIELDS = {
    "number": "序号", "process": "工序", "text": "问题描述", "department": "责任部门",
    "person": "责任人", "due": "整改期限", "cause_aspect": "问题所属方面",
}  # fmt: skip
MAP_PREVIEW = "前几行"
IMPORT_LIST = "导入 {count} 条"
REPLACE_LIST = "替换现有清单"
IMPORTED = "已导入 {count} 条"
PROBLEM_COLUMNS = {
    "number": "序号", "process": "工序", "text": "问题描述", "cause_aspect": "问题所属方面",
    "department": "责任部门", "person": "责任人", "due": "整改期限",
}  # fmt: skip
PROBLEMS_TITLE = "问题清单（可直接修改）"
MATCH_ALL = "匹配全部问题"
MATCH_AGAIN = "继续匹配"
MATCHING = "正在匹配 {done}/{total}"
CANCEL = "取消"
CANCELLED = "已取消，已完成的部分已保存；再次匹配会接着做"
MATCH_DONE = "匹配完成：{found} 条有合适技术，{none} 条未匹配"
MATCH_TABLE = "匹配结果"
MATCH_DOWNLOAD = "下载匹配表（XLSX）"
TO_OPTIONS = "生成方案（同一技术合并为一项）"
OPTIONS_MADE = "现有方案 {count} 项"

OPTION_NEW = "新增方案"
OPTION_NEW_NAME = "方案名称"
OPTION_CHOOSE = "选择方案"
OPTION_PROBLEMS = "解决的问题"
OPTION_ASPECT = "方案所属方面"
OPTION_CONTENT = "方案内容"
OPTION_CLASS = "费用类别"
OPTION_CLASS_AUTO = "按投资和项目界限"
OPTION_INVESTMENT = "投资（万元）"
OPTION_EFFECTS = "年效果（正数为减少，负数为增加）"
OPTION_MONEY = "其他年收支（万元，正数为增加效益）"
OPTION_START = "开工日期"
OPTION_DAYS = "工期（天）"
OPTION_STOP = "需停产（天）"
OPTION_DEPARTMENT = "责任部门"
OPTION_PERSON = "责任人"
OPTION_INDICATOR = "对应指标"
OPTION_GROUP = "竞争组（同组方案参加权重计分）"
OPTION_COMPARISON = "简易比较"
OPTION_REASON = "× 的原因"
OPTION_RATINGS = "权重计分 R（1–10）"
OPTION_RATE = "参加权重计分"
OPTION_ASSESSMENT = "技术与环境评估（中/高费）"
ASSESSMENT_LABELS = {
    "advanced": "先进性", "safety": "安全可靠性", "maturity": "成熟度与同类应用",
    "fit": "与现有设备、场地的匹配",
    "quality": "对产品质量和产能的影响", "operation": "操作要求",
    "maintenance": "维修要求", "utilities": "公用工程",
    "hazards": "危险有害因素", "approvals": "需办手续", "environment": "环境评估", "market": "市场调研",
}  # fmt: skip
OPTION_LINKS = "互斥、前置与占用"
OPTION_CONFLICTS = "互斥方案"
OPTION_REQUIRES = "前置方案"
OPTION_CLAIMS = "占用的物流、能流（占比 %）"
OPTION_DECISION = "筛选与实施"
OPTION_REJECT = "判为不可行"
OPTION_REJECT_CODE = "原因"
OPTION_REJECT_TEXT = "说明"
OPTION_UNDO = "撤销不可行"
OPTION_STATE = "实施状态"
OPTION_ACTUAL = "实际完成"
OPTION_ACTUAL_DATE = "完成日期"
OPTION_ACTUAL_COST = "实际费用（万元）"
OPTION_ACTUAL_SAVING = "实际年效益（万元）"
OPTION_ACTUAL_NOTE = "实际效果说明"
OPTION_FOLLOW = "6/12 个月回访"
FOLLOW_COLUMNS = {"months": "月数", "date": "日期", "saving_wan_yuan": "年效益（万元）", "note": "说明"}
OPTION_SAVE = "保存"
OPTION_DELETE = "删除方案"
SCALING_TITLE = "按公开案例的规模估算投资"
SCALING_CASE = "案例投资（万元）"
SCALING_CASE_CAPACITY = "案例规模"
SCALING_CAPACITY = "本企业规模"
SCALING_UNIT = "规模单位"
SCALING_EXPONENT = "规模指数"
SCALING_SOURCE = "案例来源"
SCALING_APPLY = "按规模换算（标为估算）"
SCALING_TEXT = "按案例规模换算：{case:g} 万元 ×（{capacity:g}/{base:g} {unit}）^{exponent:g}；{source}"
SCREEN = "按简易比较筛选"
OPEN_POINTS = "还缺什么"
RANKING = "权重总和计分排序"
SWAP = "若“{factor}”的权重由 {before:g} 改为 {after:.2f}，{second} 将排到 {first} 之前"
SAVED = "已保存"

ECONOMICS_TABLE = "各方案经济指标"
ECONOMICS_COLUMNS = (
    "编号", "方案", "费用类别", "投资 I（万元）", "年节省 P（万元）", "F（万元）", "N（年）", "NPV（万元）",
    "NPVR", "IRR", "IRR 插值", "节能（tce/a）", "减碳（tCO2/a）", "结论",
)  # fmt: skip
VERDICTS = {"feasible": "可行", "not_feasible": "不可行", "not_calculated": "未计算"}
NOT_CALCULATED = "未计算"
DETAIL_OF = "查看方案"
LINES_TITLE = "年节省的构成"
LINES_COLUMNS = ("项目", "数量", "价格", "万元/a", "来源")
MISSING = "缺少：{names}"
FACTORS_USED = "所用因子"
UNCERTAINTY = "不确定性（按区间抽样 10000 次，种子固定）"
UNCERTAINTY_COLUMNS = ("指标", "P10", "P50", "P90")
UNCERTAINTY_NONE = "各项均无区间，未作抽样；请为投资、价格或效果填写上下限"
CHANCE = "回收期在限期内的概率：{share:.0%}"
BREAK_EVEN = (
    "盈亏平衡：{label}价格为 {price:.4g} {unit} 时 NPV 为零（现价 {current:.4g}，变化 {change:+.0%}）"
)
CRITERIA = "多指标并列"
CHARTS = "图表"
CHART_LABELS = {
    "abatement_chart": "减排成本曲线", "effort_chart": "投入与节省", "payback_chart": "回收期分布",
    "gantt_chart": "实施进度与检修窗口",
}  # fmt: skip
CHART_DOWNLOAD = "下载 PNG"

BUDGET = "预算（万元，空为不限）"
PAYBACK_LIMIT = "组合的回收期上限（年，空为不限）"
CRITERION = "优化目标"
CRITERIA_CHOICES = {"npv": "净现值最大", "annual_saving": "年节省最大", "co2": "减碳量最大"}
CHOOSE = "求最优组合"
PACKAGE_CHOSEN = "选入的方案（可自行增减）"
PACKAGE_METRICS = ("投资（万元）", "年节省（万元）", "回收期 N（年）", "NPV（万元）", "减碳（tCO2/a）")
CO2_MISSING = "减碳量未计算，缺少排放因子：{names}"
NO_INVESTMENT = "无投资"
BINDING = "起约束作用"
BINDING_NONE = "没有约束在起作用"
LEFT_OUT = "未参与计算"
VIOLATIONS = "不满足"
LEDGER = "减污降碳权衡台账（有恶化的排在前面）"
LEDGER_COLUMNS = ("项目", "改善", "恶化", "净值", "单位", "方案")
SIDE_EFFECTS = "目录记载的副作用，方案中未计"
TOTALS = "前后对比"
TOTALS_COLUMNS = (
    "项目",
    "基准量",
    "节约",
    "占比",
    "之后",
    "单位产品（前）",
    "单位产品（后）",
    "单位",
    "方案",
)
TARGETS = "目标完成"
TARGETS_COLUMNS = ("指标", "现状", "方案后", "近期目标", "近期", "远期目标", "远期")

TEMPLATE = "报告章名"
TEMPLATES = {"manual": "审核手册", "hj469": "HJ 469"}
PREPARE = "生成交付文件"
PREPARING = "正在生成交付文件"
DOWNLOAD = "下载 {name}"
DOWNLOAD_ALL = "全部下载（ZIP）"
DELIVERY_NOTE = "文件内容由当前项目数据生成；估算值标（估），示例值标（示例），缺数据的写未计算。"

ADD_TO_PROJECT = "加入项目"
ADDED = "已加入项目“{name}”，方案 {option}"
ADD_NEW = "（新建项目）"
ADD_CHOOSE = "加入哪个项目"
ADD_CONFIRM = "确定加入"
UNTITLED = "未命名企业"
