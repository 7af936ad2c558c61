"""A plant's data: contracts, readers, quality report, simulator, canonical form."""
