"""The bench's three menus as plain dialplan, with the tries, seconds and sounds of `ivr_flows/bench/menu3.yaml`.

Nothing but Answer, Read, Playback and jumps: what a call centre without us would write by hand.
"""

from collections.abc import Mapping

PLAIN_NUMBER = "96001"
TRIES, SECONDS = 2, 5
LEVELS = (("one", "请按一。", "1"), ("two", "请按二。", "2"), ("three", "请按三。", "3"))
WRONG, SILENCE, BYE = "请重按。", "请按键。", "再见。"
TEXTS = (*(text for _, text, _ in LEVELS), WRONG, SILENCE, BYE)


def dialplan(sounds: Mapping[str, str]) -> str:
    """Return what is appended to extensions.conf; `sounds` gives each text's file without extension.

    Which keys came is told at the end in one event, as our flow's calls have one at their beginning.
    """
    following = [*(name for name, _, _ in LEVELS[1:]), "bye"]
    levels = "".join(
        _level(name, sounds[text], key, after, sounds)
        for (name, text, key), after in zip(LEVELS, following, strict=True)
    )
    return (
        f"\n[hotline](+)\nexten => {PLAIN_NUMBER},1,Goto(bench,s,1)\n"
        f"\n[bench]\nexten => s,1,Answer()\n same => n,Set(KEYS=)\n{levels}"
        f" same => n(bye),Playback({sounds[BYE]})\n same => n,Hangup()\n"
        "exten => h,1,UserEvent(BenchKeys,Call: ${UNIQUEID},Keys: ${KEYS})\n"
    )


def _level(name: str, sound: str, key: str, after: str, sounds: Mapping[str, str]) -> str:
    steps = (
        f"({name}),Set(TRY=1)",
        f"({name}_ask),Read(KEY,{sound},1,,1,{SECONDS})",
        ",Set(KEYS=${KEYS}${KEY})",
        f',GotoIf($["${{KEY}}" = "{key}"]?{after})',
        f',ExecIf($["${{KEY}}" = ""]?Playback({sounds[SILENCE]}):Playback({sounds[WRONG]}))',
        ",Set(TRY=$[${TRY} + 1])",
        f",GotoIf($[${{TRY}} <= {TRIES}]?{name}_ask:bye)",
    )
    return "".join(f" same => n{step}\n" for step in steps)
