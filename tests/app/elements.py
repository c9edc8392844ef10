"""What the tests of the pages share: open a page, find a button, read what it shows."""

from streamlit.testing.v1 import AppTest


def opened(script, **given):
    """Run a page's script; it must not fail."""
    app = AppTest.from_function(script, default_timeout=120, kwargs=given)
    app.run()
    assert not app.exception, app.exception
    return app


def button(app, label):
    return next(one for one in app.button if one.label == label)


def shown(app):
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)
