"""Writes the files of the switch's own books: one CSV row a call leg (CDR) and a leg's history (CEL).

They are the independent record that the journal is checked against; no column holds text that a caller chose.
"""

CDR_COLUMNS = (
    "uniqueid",
    "linkedid",
    "sequence",
    "dcontext",
    "channel",
    "dstchannel",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
)
"""Columns of `cdr-custom/calls.csv`, no header line. Times are seconds since 1970 with a fraction ('0.000000' = never),
durations whole seconds; disposition is Asterisk's number: 0 no answer, 2 failed, 4 busy, 8 answered, 16 congestion."""

CEL_COLUMNS = ("event", "at", "uniqueid", "linkedid", "channel", "context", "application", "peer")
"""Columns of `cel-custom/legs.csv`, no header line. `at` is seconds since 1970 with a fraction."""

CDR_FILE = "cdr-custom/calls.csv"
CEL_FILE = "cel-custom/legs.csv"

_CEL_VALUES = (
    "eventtype",
    "eventtime",
    "CHANNEL(uniqueid)",
    "CHANNEL(linkedid)",
    "CHANNEL(channame)",
    "CHANNEL(context)",
    "CHANNEL(appname)",
    "CHANNEL(peer)",
)


def book_files() -> dict[str, str]:
    """Return the configuration files of CDR and CEL by name."""
    cdr = ",".join(f"${{CSV_QUOTE(${{CDR({column},u)}})}}" for column in CDR_COLUMNS)
    cel = ",".join(f"${{CSV_QUOTE(${{{value}}})}}" for value in _CEL_VALUES)
    return {
        "cdr.conf": "[general]\nenable=yes\nunanswered=yes\ncongestion=yes\nbatch=no\nsafeshutdown=yes\n",
        "cdr_custom.conf": f"[mappings]\n{CDR_FILE.rpartition('/')[2]} => {cdr}\n",
        "cel.conf": (
            "[general]\nenable=yes\ndateformat=%s.%6q\n"
            "events=CHAN_START,CHAN_END,ANSWER,HANGUP,BRIDGE_ENTER,BRIDGE_EXIT,BLINDTRANSFER,ATTENDEDTRANSFER,"
            "LINKEDID_END\n"
        ),
        "cel_custom.conf": f"[mappings]\n{CEL_FILE.rpartition('/')[2]} => {cel}\n",
    }
