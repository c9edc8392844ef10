"""Texts of an entry without names of companies, brands and prices, as rows of MEE catalogues are.

What is left out is found again with ``left_out`` and told to the official who publishes; the
volume (技术简介) prints everything.
"""

from __future__ import annotations

import re

from catalog.editions.edition import Entry

_LEGAL_NAME = re.compile(
    r"(?:(?![在由为与和及对向从经据是])[一-鿿A-Za-z0-9（）()·]){2,24}?"
    r"(?:有限责任公司|股份有限公司|有限公司|集团公司|股份公司|集团)"
)
_BRAND = re.compile(r"“[^”]{1,16}”牌|[A-Za-z0-9一-鿿-]{1,12}[®™]")
_PRICE = re.compile(r"\d\s*(?:[百千万亿]+\s*)?(?:美元|欧元|日元|元(?!素)|[$€￥¥])|[$€￥¥]\s*\d")
"""Amounts of money in any currency; 元素 is none."""
_NAMES_A_SITE = re.compile(
    r"公司|集团|股份|实业|石化|炼化|水务|纸业|企业(?!口径)|某|项目(?!设计)|厂(?![商方家])|港|矿"
)
_IMPERSONAL = re.compile(
    r"^(?:与.*相比|.{0,8}(?:相对|对照)|下降|减少|降低|提高|较|对比|改造[前后]|优化前后|不含|未计|不是|高于|约值|近似|平均|最高|最低"
    r"|设计|预测|模[型拟]|规划测算|文献|中试|来源|报道|网络|引用|[一-鿿]{0,3}口径|厂家|约?\d|[≥≤]\s*\d)"
    r"|(?:口径|相比|核对工况|估算|（无公开数值）)$|^.{0,6}(?:资料|设计值|预测|实测|中试|平均)$"
)
"""Words of a basis that compare the figure, give its size, or weaken it."""
_ANONYMOUS = "某企业"


def neutral(text: str, entry: Entry) -> str:
    """Return ``text`` without names of the applicant, users and companies, brands and price clauses."""
    own = (entry.applicant, *(case.site for case in entry.cases))
    for name in sorted(
        {one.strip() for one in own if len(one.strip()) > 3}, key=lambda one: (-len(one), one)
    ):
        text = text.replace(name, _ANONYMOUS)
    text = _BRAND.sub("", _LEGAL_NAME.sub(_ANONYMOUS, text))
    sentences = [_clauses(sentence) for sentence in re.split(r"(?<=[；。\n])", text)]
    return re.sub(r"[；，、\s]+$", "", "".join(sentences))


def _clauses(sentence: str) -> str:
    if not _PRICE.search(sentence):
        return sentence
    end = sentence[-1] if sentence[-1] in "；。\n" else ""
    kept = [clause for clause in sentence.removesuffix(end).split("，") if not _PRICE.search(clause)]
    return "，".join(kept) + end if kept else ""


def neutral_indicators(entry: Entry) -> str:
    """Return the indicators as an MEE row prints them.

    The figures of a record say in free words where they were measured; of those words only the
    ones that compare, measure or weaken the figure are kept, because the others name sites.
    """
    if entry.dossier:
        return neutral(entry.indicators, entry)
    kept = []
    for indicator in entry.indicators.split("；"):
        head, *basis = indicator.split("，")
        if _PRICE.search(head) or neutral(head, entry) != head:
            continue
        told = [
            clause
            for clause in basis
            if _IMPERSONAL.search(clause) and not _NAMES_A_SITE.search(clause) and not _PRICE.search(clause)
        ]
        kept.append("，".join([head, *told]))
    return "；".join(kept)


def left_out(entry: Entry) -> tuple[str, ...]:
    """Return the pieces of an entry's texts that its MEE row does not print, in their order."""
    printed = neutral_indicators(entry)
    kept = {*_pieces(printed), *(piece for text in _free(entry) for piece in _pieces(neutral(text, entry)))}
    wanted = [piece for text in (entry.indicators, *_free(entry)) for piece in _pieces(text)]
    return tuple(dict.fromkeys(piece for piece in wanted if piece not in kept))


def _free(entry: Entry) -> tuple[str, ...]:
    return (entry.route, entry.features, entry.scope)


def _pieces(text: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[，；。\n]", text) if piece.strip()]
