"""People made of SIPp: callers and agents' phones for demonstrations and tests on a real switch."""
