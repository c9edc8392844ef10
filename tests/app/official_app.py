"""What the tests of the official's pages share: open a page as somebody, find a button, read it."""

from streamlit.testing.v1 import AppTest


def page(key, person=None):
    """Open one page of the official's desk as a person."""

    def script(key, name, role, unit):
        import streamlit as st

        from recommender.ui.pages import official

        if name and "who_name" not in st.session_state:
            st.session_state["who_name"] = name
            st.session_state["who_role"] = role
            st.session_state["who_unit"] = unit
        official.PAGES[key]()

    who = {"name": None, "role": None, "unit": None}
    if person is not None:
        who = {"name": person.name, "role": person.role, "unit": person.unit}
    app = AppTest.from_function(script, default_timeout=120, kwargs={"key": key, **who})
    app.run()
    assert not app.exception, app.exception
    return app


def button(app, label):
    return next(one for one in app.button if one.label == label)


def shown(app):
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)


def outcome(app):
    """The outcome of a press, without the signs that keep it from being read as Markdown."""
    elements = [*app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")
