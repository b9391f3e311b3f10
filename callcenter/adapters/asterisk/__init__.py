"""Asterisk: AMI, AGI, configuration and the switch process."""
