"""The official documents around one edition, from the call to the handling of objections.

Words stand in ``data/review/notice_texts.yaml``, the legal basis in ``catalog.publish.legal``; here
the data of dossiers and editions is put into them. Everything made is a draft (代拟稿).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from catalog.publish.columns import NOT_GIVEN
from catalog.publish.gongwen import Gongwen, gongwen_docx
from catalog.publish.notices.call import (
    call_document,
    nomination_form,
)
from catalog.publish.notices.publication import (
    objection_document,
    public_notice_document,
    publication_document,
)
from catalog.publish.notices.review import (
    correction_document,
    opinion_document,
    recusal_document,
    recused,
)
from catalog.publish.notices.scores import (
    TOTAL,
    ScoreRow,
    score_document,
    score_rows,
)
from catalog.publish.notices.wording import (
    EXAMPLE_MARK,
    Paragraph,
    Sender,
    Text,
    Values,
    fill,
    texts,
)

__all__ = [
    "EXAMPLE_MARK",
    "NOTICES",
    "NOT_GIVEN",
    "TOTAL",
    "Notice",
    "Paragraph",
    "ScoreRow",
    "Sender",
    "Text",
    "Values",
    "call_document",
    "call_for_nominations",
    "correction_document",
    "correction_notice",
    "fill",
    "group_opinion",
    "nomination_form",
    "objection_document",
    "objection_table",
    "opinion_document",
    "public_notice",
    "public_notice_document",
    "publication_document",
    "publication_notice",
    "recusal_document",
    "recusal_statement",
    "recused",
    "score_document",
    "score_rows",
    "score_summary",
    "texts",
]

P = ParamSpec("P")


def _as_docx(build: Callable[P, Gongwen]) -> Callable[P, bytes]:
    @functools.wraps(build)
    def made(*args: P.args, **kwargs: P.kwargs) -> bytes:
        return gongwen_docx(build(*args, **kwargs))

    return made


call_for_nominations = _as_docx(call_document)
correction_notice = _as_docx(correction_document)
score_summary = _as_docx(score_document)
group_opinion = _as_docx(opinion_document)
recusal_statement = _as_docx(recusal_document)
publication_notice = _as_docx(publication_document)
public_notice = _as_docx(public_notice_document)
objection_table = _as_docx(objection_document)


@dataclass(frozen=True)
class Notice:
    """A document that can be made.

    ``function`` returns the Word file, ``document`` the document itself (for ``gongwen_html``).
    """

    title: str
    function: Callable[..., bytes]
    document: Callable[..., Gongwen]


NOTICES: dict[str, Notice] = {
    "call": Notice("征集通知", call_for_nominations, call_document),
    "correction": Notice("补正通知", correction_notice, correction_document),
    "scores": Notice("评分汇总表", score_summary, score_document),
    "opinion": Notice("专家组意见", group_opinion, opinion_document),
    "recusal": Notice("回避声明", recusal_statement, recusal_document),
    "public_notice": Notice("公示", public_notice, public_notice_document),
    "publication": Notice("发布通知", publication_notice, publication_document),
    "objections": Notice("意见汇总处理表", objection_table, objection_document),
}
"""Every document by key."""
