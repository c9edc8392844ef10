"""Words that only ask ("怎么", "能不能") or tell who says so ("检测报告显示"): nothing about the problem.

Whether a technology is wanted is told by what is asked about ("怎么申报", "怎么回收"); with the asking
words in the text, a plain question about a problem looked like one about permits or fees, since most
problems are told as statements; with the report in it, like one about reports.
"""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"怎么(?:办|样|着|个?弄|整|搞)?|怎样|咋(?:办|样|整|弄|搞)?|如何|能不能够?|可不可以|能否|可否|是不是|是否"
    r"|有没有(?=.)|为什么|为啥|为何|请问|请教|求助|求支招|(?:吗|(?<![毛粗花绒厚])呢|嘛|(?<![酒网水茶书氧])吧|呀|啊)(?=[，。；、！？,;!?\s]|$)"
)
_TOLD = re.compile(
    r"(?:检测|监测|化验|检验|核查|审核|评估|普查)(?:报告|数据|结果|结论)[里上中]?(?:显示|表明|写明|指出)[，,：:]?"
)
_MARKS = re.compile(r"[?？]+")
_HOLDS = re.compile(r"[^\W_]")


def without_asking(text: str) -> str:
    """Return ``text`` (normalised) without its asking words and without who tells it.

    A text of nothing else stays as it is.
    """
    left = _WORDS.sub("", _TOLD.sub("", _MARKS.sub("，", text)))
    left = left.strip("，,;； ")
    return left if _HOLDS.search(left) else text
