"""Words that only ask ("怎么", "有没有", "能不能"): they say nothing about the problem.

Whether a technology is wanted is told by what is asked about ("怎么申报", "怎么回收"); with the asking
words in the text, a plain question about a problem looked like one about permits or fees, since most
problems are told as statements.
"""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"怎么(?:办|样|着|个?弄|整|搞)?|怎样|咋(?:办|样|整|弄|搞)?|如何|能不能够?|可不可以|能否|可否|是不是|是否"
    r"|有没有(?=.)|为什么|为啥|为何|请问|请教|求助|求支招|(?:吗|(?<![毛粗花绒厚])呢|嘛|(?<![酒网水茶书氧])吧|呀|啊)(?=[，。；、！？,;!?\s]|$)"
)
_MARKS = re.compile(r"[?？]+")
_HOLDS = re.compile(r"[^\W_]")


def without_asking(text: str) -> str:
    """Return ``text`` (normalised) without its asking words; a text of nothing else stays as it is."""
    left = _WORDS.sub("", _MARKS.sub("，", text))
    left = left.strip("，,;； ")
    return left if _HOLDS.search(left) else text
