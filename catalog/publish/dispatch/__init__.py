"""Everything that goes out around one edition, from the call to the list of changes, as one set.

The one place where the documents of ``catalog.publish.notices`` and the files of
``catalog.publish.issue`` come together: command line, example year and the page of the app call it.
Nothing is made up: a document without data, or whose sender is not known, is left out and one line
says why.
"""

from catalog.publish.dispatch.papers import (
    CALL,
    CHANGES,
    FOLDERS,
    FORMAL,
    NOTICE,
    PUBLISHED,
    REVIEW,
    Bundle,
    Papers,
    papers_of,
)
from catalog.publish.dispatch.whole import archive, contents, whole_set

__all__ = [
    "CALL",
    "CHANGES",
    "FOLDERS",
    "FORMAL",
    "NOTICE",
    "PUBLISHED",
    "REVIEW",
    "Bundle",
    "Papers",
    "archive",
    "contents",
    "papers_of",
    "whole_set",
]
