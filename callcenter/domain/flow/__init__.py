"""What a caller hears, as data: steps, the checker of mistakes, and the one interpreter of live calls and tests."""
