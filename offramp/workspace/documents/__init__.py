"""Documents that people upload: kept in the ledger that ``offramp sources`` keeps, read apart, trusted in nothing."""
