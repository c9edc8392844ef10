"""Words of the app that are not field names."""

from __future__ import annotations

PAGE_TITLE = "清源 · 清洁生产技术匹配"
PAGES = {"match": "技术匹配", "browse": "技术目录", "about": "关于"}

MATCH_INTRO = "用自己的话描述现场问题，得到适用的清洁生产技术、理由、条件和政策依据；没有合适的会直说。"
INDUSTRY = "行业（可输入名称、代码或俗称搜索，也可不选）"
INDUSTRY_PLACEHOLDER = "不限行业"
TEXT = "问题描述"
TEXT_HELP = "写清工序或设备、现状、对象和数值，效果最好"
TEXT_PLACEHOLDER = "例如：烧结主排烟温一百五六十度，一直直排没人管"
EXAMPLES_LABEL = "试一试"
EXAMPLES = (
    ("31", "烧结机头烟气150度直接排了，主抽风机电耗也高"),
    ("3041", "玻璃窑炉烟气氮氧化物降不下来，废气热量也没有用上"),
    ("03", "猪场粪水没地方去，周边臭味投诉多"),
)
MATCH = "开始匹配"
FILTERS = "筛选"
FILTER_ANY = "不限"
WEAK = "另有 {count} 项匹配较弱，仅供参考"
FACETS = {
    "stages": ("环节", "stages"),
    "measure_tags": ("措施类型", "measure_tags"),
    "media": ("介质", "media"),
    "pollutants": ("污染物", "pollutants"),
    "resources": ("资源能源", "resources"),
    "maturity_stages": ("成熟度", "maturity_stages"),
    "cost_classes": ("费用类别", "cost_classes"),
}
CONSTRAINTS = "识别到的约束（点击可取消）"
UNCOVERED = "未覆盖的需求：{needs}"
QUESTION = "补充一项，结果会更准：{text}"
QUESTION_ANSWER = "填写数值（{unit}）"
QUESTION_ADD = "加入描述"
QUESTION_BAD = "“{value}”不是数值，请只填数字，例如 180"
COVERS = "对应需求"
WINDOW_COLORS = {"met": "green", "not_met": "red", "missing": "gray"}
WINDOW_WORDS = {"met": "工况满足", "not_met": "工况不满足", "missing": "工况缺数据"}
CHANCE = "标定概率（有帮助）：{share:.0%}"
NEGATIVE_TITLE = "限制淘汰名录"
NEGATIVE_UNCHECKED = "未核对（仅与程序收录的公开条目比对，未命中）"
FOUND = "找到 {count} 项，按匹配程度排列"
NOTHING = "没有合适的技术"
SHARE = "本次检索的链接（可发给同事）"
CONDITIONS = "前提条件"
NOT_SUITABLE = "不适用"
POLICY = "政策依据"
EXACT_LEGEND = "绿色为相同词，橙色为相关词"
DETAIL = "详情"
DETAIL_TITLE = "技术详情"
COMPARE = "加入对比"
COMPARE_TITLE = "并排对比"
COMPARE_HINT = "勾选两项以上（最多四项）可并排对比"
COMPARE_FULL = "最多对比四项，请先取消一项"
NOT_FITTING = "不合适"
FEEDBACK_REASON = "不合适，因为"
FEEDBACK_NOTE = "补充说明（可不填，仅保存在本机）"
FEEDBACK_SAVE = "保存反馈"
FEEDBACK_SAVED = "已保存在本机，谢谢"
DOWNLOAD_DOCX = "下载一页纸（DOCX）"
DOWNLOAD_XLSX = "下载结果表（XLSX）"
DOWNLOAD_CSV = "下载 CSV"
DOWNLOAD_TABLE_XLSX = "下载 XLSX"
SCORE_PARTS = "得分构成"
LEVEL_COLORS = {"strong": "green", "medium": "blue", "weak": "gray"}
LEVEL_BADGE = "匹配 {level}"

BROWSE_INTRO = "目录共 {count} 条技术，可按政策专栏、行业、环节筛选。"
BROWSE_COLUMN = "政策专栏"
BROWSE_INDUSTRY = "行业门类"
BROWSE_STAGE = "环节"
BROWSE_ANY = "不限"
BROWSE_WORD = "名称或别名包含"
BROWSE_VIEW = "显示方式"
VIEW_TABLE = "表格"
VIEW_CARDS = "卡片"
BROWSE_NONE = "没有符合条件的技术，请放宽筛选"
BROWSE_LEFT = "符合条件 {count} 条"
BROWSE_OPEN = "查看详情"

ABOUT_TEXT = (
    "清源是开源的清洁生产技术目录与匹配工具。技术来自公开的政策文件，数值来自注明来源的公开出版物；"
    "没有公开来源的数值一律写“未知”。程序在本机运行，不上传任何内容。"
)
ABOUT_COUNTS = ("技术记录", "技术族", "有已公布效果的记录", "政策文件点名的技术（工业专栏已覆盖）")
ABOUT_BY_INDUSTRY = "各行业大类的技术数"
ABOUT_BY_COLUMN = "各政策专栏的技术数"
ABOUT_DOCUMENTS = "政策文件"
ABOUT_MODEL = "模型与索引"
ABOUT_LICENCE = "程序：Apache-2.0；数据：CC BY 4.0"
LOADING = "正在打开目录与索引"
UNKNOWN_INDUSTRY_LINK = "链接中的行业“{value}”不在词表中，已按描述的一部分处理"
BAD_FILTER_LINK = "链接中的筛选值“{value}”无效，已忽略"
