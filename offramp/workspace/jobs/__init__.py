"""Long work: a queue that survives a restart, its workers, the runs they make, reports and links to share them."""
