"""How Sphinx builds these pages: Markdown and a notebook in, HTML out, every warning an error."""

from importlib.metadata import version as installed_version

project = "offramp"
author = "The offramp founders"
release = installed_version("offramp")
version = release

extensions = ["myst_nb"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
nb_execution_mode = "off"  # the notebook is committed with its outputs, and a test executes it
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
myst_links_external_new_tab = True

html_theme = "furo"
html_title = f"offramp {release}"
html_copy_source = False
html_show_sphinx = False
