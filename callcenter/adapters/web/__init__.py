"""Browsers: REST, live messages and the built desk. Decides nothing; asks the core through commands."""
