"""Where a scenario's evidence comes from: documents, the ledger that keeps them, passages that bases point to."""
