"""Gives the hotline its voice: recordings where they exist, else pyttsx3 in a child process. Knows no call."""

from callcenter.adapters.speech.prompts import PromptStore

__all__ = ["PromptStore"]
