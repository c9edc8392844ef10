"""技术匹配: describe a problem, read ranked technologies."""

from __future__ import annotations

import datetime

import streamlit as st

from catalog import BadInput, display
from recommender import labels as words
from recommender.engine import Match, MatchResult, RecommenderEngine
from recommender.feedback import REASON_CODES, save_feedback
from recommender.query import Query
from recommender.report import comparison_rows, result_docx, result_xlsx
from recommender.ui import components, labels, state

_MOST_COMPARED = 4
_DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page() -> None:
    """Draw the page."""
    engine = state.engine()
    for warning in state.restore_from_link(engine.catalog.codes):
        st.warning(warning)
    state.keep()
    st.title(labels.PAGES["match"], anchor=False)
    st.write(labels.MATCH_INTRO)
    _inputs(engine)
    if not st.session_state[state.ASKED]:
        return
    query = Query(
        st.session_state[state.TEXT] or "",
        st.session_state.get(state.INDUSTRY),
        filters=state.chosen_filters(),
    )
    try:
        result = engine.match(query)
    except BadInput as error:
        st.error(str(error))
        return
    state.write_link(query.text, query.industry, query.filters)
    _filters(engine, result)
    _results(engine, result)


def _inputs(engine: RecommenderEngine) -> None:
    vocabulary = engine.catalog.codes["industries"]

    def shown(code: str) -> str:
        if code not in vocabulary:
            return code
        row = vocabulary[code]
        return f"{row.label}（{code}）" + (" · " + "、".join(row.aliases) if row.aliases else "")

    st.selectbox(
        labels.INDUSTRY,
        [row.code for row in vocabulary],
        index=None,
        format_func=shown,
        placeholder=labels.INDUSTRY_PLACEHOLDER,
        key=state.INDUSTRY,
        accept_new_options=True,
    )
    st.text_area(
        labels.TEXT,
        key=state.TEXT,
        help=labels.TEXT_HELP,
        placeholder=labels.TEXT_PLACEHOLDER,
        height=90,
    )
    st.button(labels.MATCH, type="primary", on_click=_ask)
    st.caption(labels.EXAMPLES_LABEL)
    with st.container(horizontal=True):
        for number, (industry, text) in enumerate(labels.EXAMPLES):
            st.button(text, key=f"example_{number}", on_click=_ask, args=(industry, text))


def _ask(industry: str | None = None, text: str | None = None) -> None:
    if text is not None:
        st.session_state[state.TEXT] = text
        st.session_state[state.INDUSTRY] = industry
    st.session_state[state.ASKED] = True
    st.session_state[state.COMPARED] = []


def _filters(engine: RecommenderEngine, result: MatchResult) -> None:
    codes = engine.catalog.codes
    used = sum(len(getattr(result.query.filters, facet)) for facet in labels.FACETS)
    with st.expander(labels.FILTERS + (f"（{used}）" if used else ""), expanded=bool(used)):
        columns = st.columns(3)
        for number, (facet, (title, vocabulary)) in enumerate(labels.FACETS.items()):
            counts = result.facets[facet]
            chosen = getattr(result.query.filters, facet)
            options = [row.code for row in codes[vocabulary] if counts[row.code] or row.code in chosen]

            def shown(code: str, name: str = vocabulary, facet_name: str = facet) -> str:
                return f"{codes.label(name, code)}（{result.facets[facet_name][code]}）"

            columns[number % 3].multiselect(title, options, key=state.FACET_PREFIX + facet, format_func=shown)


def _results(engine: RecommenderEngine, result: MatchResult) -> None:
    for warning in result.warnings:
        st.warning(warning)
    if not result.matches:
        st.info(f"**{labels.NOTHING}**\n\n{result.none_reason}")
        return
    st.markdown(f"**{labels.FOUND.format(count=len(result.matches))}**")
    st.caption(labels.EXACT_LEGEND)
    good = [match for match in result.matches if match.level != "weak"]
    weak = [match for match in result.matches if match.level == "weak"]
    for match in good:
        _card(engine, result, match)
    if weak:
        with st.expander(labels.WEAK.format(count=len(weak)), expanded=not good):
            for match in weak:
                _card(engine, result, match)
    _comparison(engine, result)
    _downloads(engine, result)
    with st.expander(labels.SHARE):
        st.code(_link(), language=None)


def _link() -> str:
    from urllib.parse import urlencode

    pairs = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    base = (st.context.url or "").split("?")[0]
    return f"{base}?{urlencode(pairs)}"


def _card(engine: RecommenderEngine, result: MatchResult, match: Match) -> None:
    t, why = match.technology, match.explanation
    catalog = engine.catalog
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"##### {match.rank}. {components.plain(t.name)}", width="content")
            st.badge(
                labels.LEVEL_BADGE.format(level=words.LEVELS[match.level]),
                color=labels.LEVEL_COLORS[match.level],  # type: ignore[arg-type]
            )
        st.write(components.plain(t.summary))
        related = [known for _, known in why.related] + [asked for asked, _ in why.related]
        sentence = components.highlight(why.sentence, why.exact, related)
        lines = [f"**{labels.WHY}**：{sentence}", components.plain(why.relation_text)]
        if why.related:
            pairs = words.join([f"{asked}≈{known}" for asked, known in why.related])
            lines.append(words.REASON_RELATED.format(words=components.plain(pairs)))
        st.markdown("  \n".join(lines))
        facts = [
            f"**{labels.CONDITIONS}**：{components.plain('；'.join(t.applicability.preconditions[:2]))}",
            f"**{labels.NOT_SUITABLE}**：{components.plain('；'.join(t.applicability.not_suitable[:2]))}",
        ]
        facts += [
            f"**{labels.POLICY}**：{components.plain(display.citation(s, catalog.policy))}"
            for s in t.sources[:1]
        ]
        st.markdown("  \n".join(facts))
        _actions(engine, result, match)


def _actions(engine: RecommenderEngine, result: MatchResult, match: Match) -> None:
    t = match.technology
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(labels.DETAIL, key=f"detail_{t.id}"):
            components.detail_dialog(engine.catalog, t)
        compared: list[str] = st.session_state[state.COMPARED]
        full = len(compared) >= _MOST_COMPARED and t.id not in compared
        st.checkbox(
            labels.COMPARE,
            key=f"compare_{t.id}",
            value=t.id in compared,
            disabled=full,
            help=labels.COMPARE_FULL if full else None,
            on_change=_toggle,
            args=(t.id,),
        )
        with st.popover(labels.SCORE_PARTS):
            for name, value in match.explanation.parts.items():
                st.write(f"{words.PARTS[name]}：{value:.3f}")
            st.write(f"**{match.score:.3f}**")
        with st.popover(labels.NOT_FITTING):
            _feedback(result, t.id)


def _toggle(technology_id: str) -> None:
    compared: list[str] = st.session_state[state.COMPARED]
    if technology_id in compared:
        compared.remove(technology_id)
    else:
        compared.append(technology_id)


def _feedback(result: MatchResult, technology_id: str) -> None:
    reason = st.selectbox(
        labels.FEEDBACK_REASON,
        list(REASON_CODES),
        format_func=lambda code: REASON_CODES[code],
        key=f"reason_{technology_id}",
    )
    note = st.text_input(labels.FEEDBACK_NOTE, key=f"note_{technology_id}")
    if st.button(labels.FEEDBACK_SAVE, key=f"save_{technology_id}"):
        try:
            save_feedback(
                technology_id,
                text=result.query.text,
                industry=result.query.industry,
                reason=reason,
                note=note,
            )
        except BadInput as error:
            st.error(str(error))
        else:
            st.success(labels.FEEDBACK_SAVED)


def _comparison(engine: RecommenderEngine, result: MatchResult) -> None:
    chosen = [m for m in result.matches if m.technology.id in st.session_state[state.COMPARED]]
    if len(chosen) < 2:
        st.caption(labels.COMPARE_HINT)
        return
    st.markdown(f"**{labels.COMPARE_TITLE}**")
    names = [match.technology.name for match in chosen]
    rows = comparison_rows(engine.catalog, chosen)
    st.table(
        {
            "": [label for label, _ in rows],
            **{name: [cells[i] for _, cells in rows] for i, name in enumerate(names)},
        }
    )


def _downloads(engine: RecommenderEngine, result: MatchResult) -> None:
    today = datetime.datetime.now().astimezone().date()
    with st.container(horizontal=True):
        st.download_button(
            labels.DOWNLOAD_DOCX,
            lambda: result_docx(engine.catalog, result, today=today),
            file_name="清洁生产技术匹配结果.docx",
            mime=_DOCX_TYPE,
            on_click="ignore",
        )
        st.download_button(
            labels.DOWNLOAD_XLSX,
            lambda: result_xlsx(engine.catalog, result),
            file_name="清洁生产技术匹配结果.xlsx",
            mime=_XLSX_TYPE,
            on_click="ignore",
        )
