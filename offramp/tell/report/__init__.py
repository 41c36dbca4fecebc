"""The report of a run: one document of blocks, composed section by section, and a writer for each form of file."""
