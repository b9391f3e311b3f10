"""Floor 0: what a call centre is; standard library only, no clock, thread, socket or file."""
