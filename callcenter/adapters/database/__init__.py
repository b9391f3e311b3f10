"""The database room: tables, journal, records, people, imports. Acts for the core and decides nothing."""
