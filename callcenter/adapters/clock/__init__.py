"""APScheduler as a clock: rings names at times and runs regular work in one leader. Decides nothing."""
