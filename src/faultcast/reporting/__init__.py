"""Reports for people: figures, tables and pages."""
