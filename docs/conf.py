"""How Sphinx builds these pages: Markdown in, HTML out, every warning an error."""

from importlib.metadata import version as installed_version

project = "offramp"
author = "The offramp founders"
release = installed_version("offramp")
version = release

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
myst_links_external_new_tab = True

html_theme = "furo"
html_title = f"offramp {release}"
html_copy_source = False
html_show_sphinx = False
