"""Work that takes longer than one waits: its queue, its workers, and the runs and reports that come of it."""
