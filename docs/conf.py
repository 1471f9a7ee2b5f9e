"""The docs as a site: `make docs` builds artifacts/site, and fails at a warning.

Pages are plain Markdown that reads on GitHub too. Nothing in the site is fetched from elsewhere:
its fonts are the reader's own, its search is a file beside it.
"""

from __future__ import annotations

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "Ebb"
html_title = "Ebb"
extensions = ["myst_parser"]
html_theme = "furo"
html_show_copyright = html_show_sphinx = html_show_sourcelink = html_copy_source = False
# As GitHub names headings, so that one link serves both.
myst_heading_anchors = 4
# Folders of the repository are no part of the site; tests/docs/test_links.py knows that they exist.
nitpick_ignore_regex = [("myst", r"\.\./.+")]


def setup(app: Sphinx) -> None:
    """A drawing that GitHub draws is shown as the text it is."""
    app.add_lexer("mermaid", TextLexer)
