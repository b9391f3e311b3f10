"""Texts that a caller or a form may carry, made from a list of pieces; at least 200 of them."""

from itertools import product

BREAKS = ("\r\n", "\n", "\r", "\r\n\r\n", "\n\n", "\0", "\r\0\n")
PAYLOADS = (
    "Action: Originate",
    "ActionID: 1",
    "Variable: X=1",
    "Event: Hangup",
    "HANGUP",
    "200 result=1 (x)",
    "EXEC System x",
    "520-x",
)
QUOTES = (
    '"',
    '\\"',
    "\\",
    '\\\\"',
    '" "',
    "'",
    "`",
    "$(x)",
    "${X}",
    "$[1]",
    "%0d%0a",
    "|",
    ";",
    ",",
    "&",
    "()",
    ")",
    "(",
)
TEXTS = (
    "",
    " ",
    "李娜",
    "𠮷野家",
    "Queue status will follow",
    "Response: Follows",
    "--END COMMAND--",
    "\u2028",
    "\u0085",
    "\x0b",
    "\x1b[2J",
    "\ufeff",
    "<script>alert(1)</script>",
    "x" * 5000,
    "中" * 3000,
    "../../etc",
    "=1+1",
    "300&Local/9",
    "unknown",
    "hangup",
)

HOSTILE: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *(
                f"{before}{cut}{payload}{after}"
                for cut, payload, after, before in product(BREAKS, PAYLOADS, ("", "\n"), ("a", ""))
            ),
            *(f"{one}{two}" for one, two in product(QUOTES, ("", "x", '"\nHANGUP', ' "x"'))),
            *TEXTS,
        ]
    )
)
