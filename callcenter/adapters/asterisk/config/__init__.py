"""Writes every file that Asterisk reads, from one SwitchPlan."""

from callcenter.adapters.asterisk.config.books import CDR_COLUMNS, CDR_FILE, CEL_COLUMNS, CEL_FILE
from callcenter.adapters.asterisk.config.files import fingerprint, foundation, write

__all__ = ["CDR_COLUMNS", "CDR_FILE", "CEL_COLUMNS", "CEL_FILE", "fingerprint", "foundation", "write"]
