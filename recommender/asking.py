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
# "有什么好办法", "求个法子", and the 了 of "用电太多了": in a text of few words they
# would weigh as much as its noun.
_FILLER = re.compile(
    r"(?<!没)(?:有(?:没有)?|求)(?:什么|啥|个|哪些)?(?:更?好|成熟|可行)?的?(?:办法|法子|招儿?|辙)(?:吗|嘛|没有?|不)?"
    r"(?=[，。；、！,;!\s]|$)"
    r"|(?<=太[多高大少低差重贵慢快脏热冷旧老臭浓])了(?=[，。；、！,;!\s怎咋有求]|如何|$)"
)
_TOLD = re.compile(
    r"(?:检测|监测|化验|检验|核查|审核|评估|普查)(?:报告|数据|结果|结论)[里上中]?(?:显示|表明|写明|指出)[，,：:]?"
)
# "我们厂用电太多": the speaker's plant uses power; "厂用电" is what a power plant uses itself.
_SPEAKER = re.compile(r"(?:(?:[我咱俺]们?|[本贵敝]|[你他]们?)厂(?:里|区)?的?)(?=用[电水气汽能热煤油])")
_MARKS = re.compile(r"[?？]+")
_HOLDS = re.compile(r"[^\W_]")


def without_asking(text: str) -> str:
    """Return ``text`` (normalised) without its asking words and without who tells it.

    The speaker's own plant before "用电", "用水" and the like is left out too.

    A text of nothing else stays as it is.
    """
    left = _WORDS.sub("", _FILLER.sub("", _SPEAKER.sub("", _TOLD.sub("", _MARKS.sub("，", text)))))
    left = left.strip("，,;； ")
    return left if _HOLDS.search(left) else text
