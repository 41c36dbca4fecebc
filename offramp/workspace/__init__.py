"""The workspace: offramp in the browser, over a folder of scenarios and runs.

``offramp serve`` makes a :class:`~offramp.workspace.site.Site` for a folder and serves it. Scenario files stay plain
YAML and runs stay folders as the command line writes them; what people say and do stands in a database beside them.
"""
