"""Checks of texts: thin records, near-duplicates, citations that are not in the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog.codes import fold
from catalog.doctor.findings import Finding
from catalog.errors import BadInput
from catalog.schema import Technology

NEAR_DUPLICATE = 0.72
"""Cosine of character-pair vectors above which two records are listed for review."""

_SHORTEST = {"summary": 15, "principle": 30, "starting_situation": 5, "reason": 3}
_FEWEST_NOT_SUITABLE = 2
_SAME_PROBLEM = 0.85
_PLACEHOLDER = re.compile(r"待补|TODO|TBD|xxx|暂无|略$|同上$|请填写", re.IGNORECASE)


def check_thin(technology: Technology) -> Iterator[Finding]:
    """Yield the places where a record says too little to be of use."""
    fit = technology.applicability
    texts = {
        "summary": (technology.summary, _SHORTEST["summary"]),
        "principle": (technology.principle, _SHORTEST["principle"]),
        "applicability.starting_situation": (fit.starting_situation, _SHORTEST["starting_situation"]),
        "cost_class.reason": (technology.cost_class.reason, _SHORTEST["reason"]),
    }
    for field, (text, shortest) in texts.items():
        if len(text) < shortest:
            yield Finding(technology.id, field, "thin", text, f"不足 {shortest} 字，请写清楚")
        if _PLACEHOLDER.search(text):
            yield Finding(technology.id, field, "thin", text, "是占位文字，请写实际内容")
    if technology.principle == technology.summary:
        yield Finding(technology.id, "principle", "thin", technology.principle, "与简介相同，请写工艺路线")
    if len(fit.not_suitable) < _FEWEST_NOT_SUITABLE:
        yield Finding(
            technology.id, "applicability.not_suitable", "thin", fit.not_suitable[0], "至少写两种不适用情形"
        )
    if not technology.effects:
        yield Finding(technology.id, "effects", "thin", "", "没有任何效果；未公开数值的写 quantity: unknown")
    if not technology.processes and not technology.equipment and not technology.cross_industry:
        yield Finding(technology.id, "processes", "thin", "", "工序、设备、通用领域全空，至少写一项")
    for index, other in _same_problems(technology.problems):
        yield Finding(
            technology.id,
            f"problems.{index}",
            "thin",
            technology.problems[index],
            f"与第 {other + 1} 条几乎相同，请换一种说法或另一种原因",
        )


def _pairs(text: str) -> Counter[str]:
    kept = re.sub(r"[^\w%℃]", "", text)
    return Counter(kept[i : i + 2] for i in range(len(kept) - 1))


def _same_problems(problems: list[str]) -> Iterator[tuple[int, int]]:
    bags = [set(_pairs(problem)) for problem in problems]
    for index, bag in enumerate(bags):
        for other in range(index):
            union = len(bag | bags[other])
            if union and len(bag & bags[other]) / union > _SAME_PROBLEM:
                yield index, other
                break


def passage(technology: Technology) -> str:
    """Return the text by which two records are compared."""
    return "。".join((technology.summary, technology.principle, *technology.problems))


def similarities(technologies: list[Technology]) -> npt.NDArray[np.float32]:
    """Return the cosine similarity of all pairs, shape (n, n), by weighted character pairs."""
    bags = [_pairs(passage(technology)) for technology in technologies]
    spread: Counter[str] = Counter()
    for bag in bags:
        spread.update(bag.keys())
    columns = {pair: number for number, pair in enumerate(p for p, n in spread.items() if n > 1)}
    matrix = np.zeros((len(bags), max(len(columns), 1)), dtype=np.float32)
    for row, bag in enumerate(bags):
        for pair, count in bag.items():
            if pair in columns:
                weight = np.log((1 + len(bags)) / spread[pair])
                matrix[row, columns[pair]] = (1 + np.log(count)) * weight
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.maximum(lengths, 1e-9)
    product: npt.NDArray[np.float32] = matrix @ matrix.T
    return product


def check_duplicates(technologies: list[Technology], above: float = NEAR_DUPLICATE) -> Iterator[Finding]:
    """Yield the pairs of records whose passages are more alike than ``above``."""
    if len(technologies) < 2:
        return
    matrix = np.triu(similarities(technologies), k=1)
    for row, column in zip(*np.nonzero(matrix > above), strict=True):
        first, second = technologies[row], technologies[column]
        yield Finding(
            second.id,
            "summary",
            "duplicate",
            second.name,
            f"与 {first.id} {first.name} 相似度 {matrix[row, column]:.2f}，请合并或写出差别",
        )


def check_aliases(technologies: list[Technology]) -> Iterator[Finding]:
    """Yield the aliases that also name another record, so that a name leads to one record."""
    owners: dict[str, Technology] = {fold(technology.name): technology for technology in technologies}
    for technology in technologies:
        for index, alias in enumerate(technology.aliases):
            owner = owners.setdefault(fold(alias), technology)
            if owner is not technology:
                yield Finding(
                    technology.id,
                    f"aliases.{index}",
                    "alias",
                    alias,
                    f"也指 {owner.id} {owner.name}，请只留在一处，另一处写入 terms",
                )


def read_policy_texts(folder: Path, documents: list[str]) -> dict[str, str]:
    """Read one text file a policy document, white space removed.

    A file belongs to the document whose key, title or number its name or first lines hold;
    files named ``<key>.txt`` are taken first.

    Raises:
        BadInput: the folder or the text of a document is missing.
    """
    if not folder.is_dir():
        raise BadInput(f"--policy-texts {folder}: no such folder, give the folder with the policy texts")
    texts = {}
    for key in documents:
        path = folder / f"{key}.txt"
        if not path.is_file():
            raise BadInput(
                f"--policy-texts {folder}: {key}.txt is missing, save the document under this name"
            )
        texts[key] = re.sub(r"\s", "", path.read_text(encoding="utf-8-sig"))
    return texts


def check_citations(technology: Technology, texts: dict[str, str]) -> Iterator[Finding]:
    """Yield the citations whose words do not stand in their document."""
    for index, source in enumerate(technology.sources):
        if re.sub(r"\s", "", source.term) not in texts.get(source.doc, ""):
            yield Finding(
                technology.id,
                f"sources.{index}.term",
                "citation",
                source.term,
                f"在 {source.doc} 全文中找不到，请按原文改写",
            )
