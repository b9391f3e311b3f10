"""Floor 2: what acts on the outside world; it never decides."""
