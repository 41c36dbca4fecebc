"""Pictures: one style for all, drawn without a network. Nothing here knows of runs; it draws plain tables."""
