"""A call centre on a real Asterisk: IVR flows, agent desk, boards and the book of every call."""

__version__ = "0.1.0"
