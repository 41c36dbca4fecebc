"""The scenarios of a folder: read, written, merged, their versions and their history."""
