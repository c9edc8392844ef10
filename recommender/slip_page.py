"""The printed page of a recommendation slip: what it rests on, the results in one table, how to replay it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from catalog.codes import Codes, load_codes
from catalog.fields import FIELDS
from catalog.paths import DATA_DIR
from recommender import constraints, labels
from recommender.slip import PARTS, Answered, Asked, Slip, Weights
from recommender.unwanted import shown

_SHORT, _PRINTED = 12, 16
"""Characters of a hash inside a text, and in a cell of its own."""
_MOST = 10
"""Results of one problem on the page; the file has all of them."""
_LONGEST = 200
"""Characters of a problem on the page; the file has all of it."""
_NOTHING = "无"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters a problem may bring along and no Word file can hold."""
_REPLAY = "python -m recommender replay 凭证.json"
_HEADER = ("序号", "问题与条件", "位次", "编号", "技术名称", "等级", "得分", "概率")
_WIDTHS_MM = (12.0, 48.0, 12.0, 18.0, 42.0, 12.0, 18.0, 14.0)
_NOTES = (
    f"重跑：在装有同一版本程序和数据的机器上执行 {_REPLAY}。结果逐字节一致时退出码为 0；"
    "不一致时逐条列出目录、模型、索引、权重、词表、设置和每条结果的差别。",
    "核对：凭证文件的 hash 一项应与本页的凭证校验值相同。校验值说明文件未被改动，"
    "它不是签名，以签字的本页为准。",
    f"上表各项的校验值为该项规范 JSON 的 SHA-256 前 {_PRINTED} 位；得分保留 6 位小数，概率保留 4 位小数；"
    f"每条问题最多印 {_MOST} 项，其余见凭证文件。",
)


def page(slip: Slip, *, today: datetime.date) -> bytes:
    """Return the printed page of a slip as DOCX, the same bytes for the same slip and day.

    Args:
        slip: what is printed.
        today: date of issue.
    """
    from catalog.publish import word

    document = word.new_document(margins_mm=(20.0, 20.0, 17.0, 17.0))
    word.paragraph(document, "推荐凭证", font=word.HEI, size=18.0, align="center")
    issued = f"签发日期 {today:%Y-%m-%d}    问题 {len(slip.queries)} 条"
    word.paragraph(document, issued, size=10.5, align="center")
    word.paragraph(document, f"凭证校验值（SHA-256）：{slip.hash}", size=9.0, align="center")
    word.heading(document, "一、依据", 1, size=12.0)
    word.table(document, ("项目", "内容", "校验值"), _basis(slip), widths_mm=(14.0, 124.0, 38.0))
    word.heading(document, "二、结果", 1, size=12.0)
    _result_table(document, slip)
    word.heading(document, "三、重跑与核对", 1, size=12.0)
    for number, note in enumerate(_NOTES, 1):
        word.paragraph(document, f"{number}. {note}", size=9.0)
    footer = document.sections[0].footer
    word.set_font(footer.paragraphs[0].add_run(f"推荐凭证 {slip.hash[:_PRINTED]}    "), word.SONG, 9.0)
    word.page_number(footer, dashes=True)
    return word.to_bytes(document)


def _basis(slip: Slip) -> list[tuple[str, str, str]]:
    edition, model, index, settings = slip.edition, slip.model, slip.index, slip.settings
    levels = settings.levels
    files = "，".join(f"{name} {sha[:_SHORT]}" for name, sha in sorted(slip.lexicon.files.items()))
    contents = {
        "edition": f"{edition.fingerprint}；记录 {edition.records} 条，可推荐 {edition.recommendable} 条",
        "model": f"{model.name}，版本 {model.revision}，{model.dimension} 维",
        "index": f"向量 {index.dense}，{index.dimension} 维，{index.records} 条，文本 {index.recipe}，"
        f"分词 {index.segmentation}；词法 BM25 k1={index.bm25_k1:g} b={index.bm25_b:g}",
        "weights": _weights(slip.weights),
        "lexicon": f"在用同义词 {slip.lexicon.thesaurus[:_SHORT]}，分词词表 {slip.lexicon.words}；{files}",
        "settings": f"k1 {settings.bm25_k1:g}，b {settings.bm25_b:g}；等级界限 强 {levels.strong:g}、"
        f"中 {levels.medium:g}、弱 {levels.weak:g}；描述最长 {settings.max_text} 字",
    }
    rows = [(label, contents[name], getattr(slip, name).digest[:_PRINTED]) for name, label in PARTS.items()]
    asked = ("输入", f"问题 {len(slip.queries)} 条，见下表", slip.inputs_digest[:_PRINTED])
    return [("程序", f"清源 {slip.program}", "—"), *rows, asked]


def _weights(weights: Weights) -> str:
    ranking = _numbers({**weights.ranking, "offset": weights.offset})
    answer = _numbers({**weights.answer, "bias": weights.answer_bias, "bar": weights.answer_bar})
    files = f"ranker.json {weights.ranker_sha256[:_SHORT]}，intents.npz {weights.intents_sha256[:_SHORT]}"
    return f"排序 {ranking}；作答 {answer}；{files}"


def _numbers(values: dict[str, float]) -> str:
    shown = "，".join(f"{name} {value:g}" for name, value in sorted(values.items()))
    return shown.replace("-", "−")  # a hyphen would be parted from its digits at a line end


def _result_table(document: Any, slip: Slip) -> None:
    from catalog.publish import word

    rows: list[tuple[str, ...]] = []
    starts: list[int] = []
    for number, one in enumerate(slip.queries, 1):
        lines = _places(one)
        starts.append(len(rows))
        rows.append((str(number), _question(one.asked), *lines[0]))
        rows += [("", "", *line) for line in lines[1:]]
    cells = [[_NOT_XML.sub(" ", text) for text in row] for row in rows]
    made = word.table(
        document,
        _HEADER,
        cells,
        widths_mm=_WIDTHS_MM,
        aligns=("center", "left", "center", "center", "left", "center", "right", "right"),
    )
    _join_rows(made, starts)


def _places(one: Answered) -> list[tuple[str, ...]]:
    if not one.results:
        return [("—", _NOTHING, f"无推荐：{one.none_reason}", "", "", "")]
    lines: list[tuple[str, ...]] = [
        (
            str(rank),
            place.id,
            place.name,
            labels.LEVELS[place.level],
            f"{place.score:.6f}",
            f"{place.probability:.4f}",
        )
        for rank, place in enumerate(one.results[:_MOST], 1)
    ]
    left = len(one.results) - len(lines)
    return [*lines, ("…", "", f"其余 {left} 项见凭证文件", "", "", "")] if left else lines


def _question(asked: Asked) -> str:
    text = " ".join(asked.text.split())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}……（全文见凭证文件）"
    head = f"[{asked.id}] " if asked.id else ""
    conditions = [f"行业：{asked.industry or '未给定'}；最多 {asked.k} 项"]
    conditions += [f"{facet}：{words}" for facet, words in _facet_words(asked)]
    if asked.ignored_constraints:
        conditions.append("不按约束处理：" + labels.join([_constraint(k) for k in asked.ignored_constraints]))
    return "\n".join([f"{head}{text}", "；".join(conditions)])


@lru_cache(maxsize=1)
def _codes() -> Codes:
    return load_codes(DATA_DIR / "codes")


def _facet_words(asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield label and words of each filter; a facet is called like its vocabulary."""
    if not asked.filters:
        return
    codes = _codes()
    names = {field.vocabulary: field.label for field in FIELDS.values()}
    for facet, chosen in sorted(asked.filters.items()):
        vocabulary = codes[facet]
        words = [vocabulary.label(code) if code in vocabulary else code for code in chosen]
        yield f"筛选{names[facet]}", labels.join(words)


def _constraint(key: str) -> str:
    known = {rule.name: rule.label for rule in constraints.rules()}
    _, _, thing = key.partition(":")
    return known.get(key) or (labels.CONSTRAINT_UNWANTED.format(thing=shown(thing)) if thing else key)


def _join_rows(made: Any, starts: Sequence[int]) -> None:
    """Join number and problem over the places of a query, and keep its rows on one page."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT

    first = set(starts)
    for column in (0, 1):
        cells = made.columns[column].cells[1:]
        for row, cell in enumerate(cells):
            cell._tc.vMerge = "restart" if row in first else "continue"
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.TOP
            if row + 1 < len(cells) and row + 1 not in first:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
