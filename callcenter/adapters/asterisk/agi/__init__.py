"""FastAGI: bytes, one mended pyst2 session, the caller's line and the server that takes calls in."""
