"""Floor 1: use cases; knows the domain and its own ports, no library."""
