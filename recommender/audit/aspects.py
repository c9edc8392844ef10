"""Which of the eight aspects of an audit causes a problem, guessed from weighted words.

The words (``data/audit/aspect_words.csv``) are what engineers write for the causes of the
audit manual's eight aspects: 老化 speaks for the equipment, 凭经验 for process control. A word
inside a longer one of the list does not count, each word counts once, and a word that the
sentence denies (无泄漏) or praises (台账齐全) does not count at all.
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args

from catalog.paths import DATA_DIR
from embeddings.segment import normalise
from recommender.audit.project import Aspect

ASPECTS = cast("tuple[Aspect, ...]", get_args(Aspect))
"""The eight aspects in the order of the vocabulary, which decides between equal sums."""

PROCESS_WEIGHT = 0.25
"""Weight of a word in the name of the process, beside one in the text."""

_CLAUSE = re.compile(r"[，。；;,！!？?、\n]+|但是?|而且?|然而")
_LACK = re.compile(r"没有|没得|尚未|未能|未曾|缺乏|缺少|没|未|缺")
_LACK_OF = re.compile(
    r"无(?:安装|设置|配备|采用|进行|实行|建立|使用|开展|有|做|装(?!置|备|卸)|设(?![备计施])|配(?![套件方电料]))"
)
_DENIED = re.compile(
    r"(?:无(?:发现|见|明显|存在|出现|发生|任何)?|不存在|杜绝了?|消除了?|解决了?)(?:任何|明显)?$"
)
_FAULT = re.compile(
    r"漏|老化|旧|破|损|坏|堵|蚀|锈|垢|故障|波动|误|混|乱|浪费|超|返|次品|废品|不|偏|过|积|淘汰|直排|外排|"
    r"直接排|味|高|低|差|大|多|裂|违|滞后|空转|流失|丢|扔"
)
"""What marks a word of the list as a fault: to be without a leak is good, without a meter is not."""
_PRAISED = re.compile(
    r"到位|良好|完好|完善|齐全|健全|规范|正常|达标|先进|优良|合格(?!率)|"
    r"已(?:经)?(?:更换|更新|修复|整改|解决|改造|回收|回用|完成|淘汰|实施|建立)"
)
_NOT = re.compile(r"[不无欠待难非]够?$")


@lru_cache(maxsize=1)
def aspect_words(path: Path = DATA_DIR / "audit" / "aspect_words.csv") -> dict[str, tuple[Aspect, float]]:
    """Return word (in the form in which texts are compared) -> aspect and weight."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            _plain(row["word"]): (cast("Aspect", row["aspect"]), float(row["weight"]))
            for row in csv.DictReader(stream)
        }


@lru_cache(maxsize=1)
def _longest_word() -> int:
    return max(map(len, aspect_words()))


def guess_aspect(text: str, process: str = "") -> Aspect | None:
    """Return the aspect that most of the words of a problem speak for, or None without any such word.

    Args:
        text: the problem as the list states it.
        process: name of the process; its words weigh a quarter and tip the scales at most.
    """
    sums = dict.fromkeys(ASPECTS, 0.0)
    for words, share in ((_words(text), 1.0), (_words(process), PROCESS_WEIGHT)):
        for word in words:
            aspect, weight = aspect_words()[word]
            sums[aspect] += share * weight
    best = max(ASPECTS, key=lambda aspect: sums[aspect])
    return best if sums[best] > 0 else None


def _plain(text: str) -> str:
    """Return ``text`` with every way to say that something is lacking written as 无."""
    bare = "".join(normalise(text).split())
    return _LACK_OF.sub("无", _LACK.sub("无", bare))


def _words(text: str) -> list[str]:
    """Return the words of the list that ``text`` states, each once, in the order of the text."""
    found: dict[str, None] = {}
    for clause in _CLAUSE.split(text):
        plain = _plain(clause)
        found.update(dict.fromkeys(word for start, word in _longest(plain) if _holds(plain, start, word)))
    return list(found)


def _longest(plain: str) -> list[tuple[int, str]]:
    """Return the words in ``plain`` with their places, without those inside a longer one."""
    found = []
    covered = 0
    for start in range(len(plain)):
        for end in range(min(start + _longest_word(), len(plain)), start, -1):
            if plain[start:end] in aspect_words():
                if end > covered:
                    found.append((start, plain[start:end]))
                    covered = end
                break
    return found


def _holds(plain: str, start: int, word: str) -> bool:
    """True when the clause neither denies the word nor praises what it names."""
    if _FAULT.search(word) and _DENIED.search(plain[:start]):
        return False
    after = start + len(word)
    return all(_NOT.search(plain[: after + praise.start()]) for praise in _PRAISED.finditer(plain[after:]))
