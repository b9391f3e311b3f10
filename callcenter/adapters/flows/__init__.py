"""Reads flows from YAML files; knows no switch and no database."""

from callcenter.adapters.flows.reader import load, load_text
from callcenter.domain.flow.findings import Finding, FlowError

__all__ = ["Finding", "FlowError", "load", "load_text"]
