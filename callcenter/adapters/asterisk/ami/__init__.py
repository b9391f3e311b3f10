"""The Asterisk Manager Interface: bytes, one mended pyst2 connection, and the client that keeps it alive."""
