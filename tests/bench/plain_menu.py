"""The bench's three menus as plain dialplan, with the tries, seconds and sounds of `ivr_flows/bench/menu3.yaml`.

Nothing but Answer, Background, WaitExten and jumps: what a call centre without us would write by hand.
"""

from collections.abc import Mapping
from itertools import pairwise

PLAIN_NUMBER = "96001"
TRIES, SECONDS = 2, 5
LEVELS = (("1", "请按一。"), ("2", "请按二。"), ("3", "请按三。"))
WRONG, SILENCE, BYE = "请重按。", "请按键。", "再见。"
TEXTS = (*(text for _, text in LEVELS), WRONG, SILENCE, BYE)


def dialplan(sounds: Mapping[str, str]) -> str:
    """Return what is appended to extensions.conf; `sounds` gives each text's file without extension.

    Which keys came is told at the end in one event, as our flow's calls have one at their beginning.
    """
    places = [*(f"bench-{key},s,1" for key, _ in LEVELS), "bench-end,s,1"]
    levels = "".join(
        _level(here.partition(",")[0], sounds[text], key, after, sounds)
        for (key, text), (here, after) in zip(LEVELS, pairwise(places), strict=True)
    )
    return (
        f"\n[hotline](+)\nexten => {PLAIN_NUMBER},1,Answer()\n same => n,Set(KEYS=)\n same => n,Goto({places[0]})\n"
        f"{levels}\n[bench-end]\nexten => s,1,Playback({sounds[BYE]})\n same => n,Hangup()\n"
        "exten => h,1,UserEvent(BenchKeys,Call: ${UNIQUEID},Keys: ${KEYS})\n"
    )


def _level(here: str, sound: str, key: str, after: str, sounds: Mapping[str, str]) -> str:
    return f"""
[{here}]
include => bench-end
exten => s,1,Set(TRY=1)
 same => n(ask),Background({sound})
 same => n,WaitExten({SECONDS})
exten => {key},1,Set(KEYS=${{KEYS}}{key})
 same => n,Goto({after})
exten => i,1,Set(KEYS=${{KEYS}}${{INVALID_EXTEN}})
 same => n,Playback({sounds[WRONG]})
 same => n,Goto(again,1)
exten => t,1,Playback({sounds[SILENCE]})
 same => n,Goto(again,1)
exten => again,1,Set(TRY=$[${{TRY}} + 1])
 same => n,GotoIf($[${{TRY}} <= {TRIES}]?s,ask)
 same => n,Goto(bench-end,s,1)
"""
