"""Writes extensions.conf: what a call does when our session serves it, when an agent is rung, and when we are away.

Must not hold a decision about who gets a call: the dialplan only asks our session and obeys its redirects.
"""

from callcenter.adapters.asterisk.plan import HANDED_OVER, SwitchPlan

CONTEXTS = ("hotline", "serve", "connect", "record", "ring", "agents")

# Caller-chosen text is cut down before it reaches any field of the channel: digits, letters, blank, and the bytes of
# UTF-8 beyond ASCII. 39 bytes are 13 whole Chinese characters.
_NUMBER_BYTES = "0123456789+"
_NAME_BYTES = r"a-zA-Z0-9 \x80-\xff"

_SERVE = """
[serve]
exten => s,1,Set(CC_NEXT=)
; Without this a session that hangs would keep a caller's channel alive after the caller hung up.
 same => n,Set(AGIEXITONHANGUP=yes)
 same => n,AGI(agi://{agi_host}:{agi_port}/call,{handed_over})
; AGISTATUS is SUCCESS also when the session was killed: only CC_NEXT tells that it ended by itself.
 same => n,GotoIf($["${{CC_NEXT}}" = "hangup"]?bye,1)
 same => n,Set(CC_TRIES=$[0${{CC_TRIES}} + 1])
 same => n,UserEvent(CCAway,Call: ${{UNIQUEID}},Tries: ${{CC_TRIES}})
 same => n,GotoIf($[${{CC_TRIES}} >= {patience_tries}]?duty,1)
 same => n,MusicOnHold(default,1)
 same => n,Goto(s,1)
exten => bye,1,Hangup()
exten => duty,1,UserEvent(CCDegraded,Call: ${{UNIQUEID}})
 same => n,Set(DIALSTATUS=)
{duty}
 same => n,UserEvent(CCDutyOver,Call: ${{UNIQUEID}},Status: ${{DIALSTATUS}})
 same => n,GotoIf($["${{DIALSTATUS}}" = "ANSWER"]?bye,1)
 same => n,Set(CC_TRIES=0)
 same => n,MusicOnHold(default,1)
 same => n,Goto(s,1)
"""

_CONNECT = """
; Entered by redirect: <extension>*<ring seconds>*<answer by itself 0|1>. Option g goes on here after the talk.
[connect]
exten => _X!,1,Set(CC_TRIES=0)
 same => n,Set(CC_AGENT=${FILTER(0123456789,${CUT(EXTEN,*,1)})})
 same => n,Set(CC_SECONDS=${FILTER(0123456789,${CUT(EXTEN,*,2)})})
 same => n,Set(CC_AUTO=${FILTER(01,${CUT(EXTEN,*,3)})})
 same => n,Gosub(record,s,1)
 same => n,Dial(PJSIP/${CC_AGENT},${CC_SECONDS},gm(default)b(ring^s^1(${UNIQUEID}^${CC_AUTO})))
 same => n,GotoIf($["${DIALSTATUS}" = "ANSWER"]?after,1)
 same => n,Goto(serve,s,1)
exten => after,1,UserEvent(CCTalkOver,Call: ${UNIQUEID})
 same => n,Hangup()

; Once a call; option b writes only while two people are bridged. The path is made of the call's identity here, and not
; read from CC_REC: a variable can be set over the AMI, and MixMonitor's arguments can name a program.
[record]
exten => s,1,GotoIf($["${CC_RECORDED}" != ""]?done)
 same => n,Set(CC_RECORDED=1)
 same => n,MixMonitor(@recordings@/@file@.wav,b)
 same => n,UserEvent(CCRecording,Call: ${UNIQUEID},File: @file@.wav)
 same => n(done),Return()

; On the agent's leg before it rings: what the desk reads to know which call this is.
[ring]
exten => s,1,Set(PJSIP_HEADER(add,X-CC-Call)=${ARG1})
 same => n,Set(PJSIP_HEADER(add,X-CC-Auto)=${ARG2})
 same => n,Goto(plain,1)
; No phone is told the caller's name: one byte that is not UTF-8 and a browser closes its connection to the switch.
exten => plain,1,Set(CONNECTEDLINE(name,i)=)
 same => n,Return()

; Agents' phones may dial nothing.
[agents]
"""


def extensions_conf(plan: SwitchPlan) -> str:
    """Return extensions.conf for the hotlines, the waiting session, the agents' rings and the duty phones."""
    hotlines = "".join(_hotline(number, plan) for number in plan.hotlines)
    serve = _SERVE.format(
        agi_host=plan.agi_host,
        agi_port=plan.agi_port,
        handed_over=",".join(f"${{{name}}}" for name in HANDED_OVER),
        patience_tries=plan.patience_tries,
        duty=_duty(plan),
    )
    return (
        f"[general]\nstatic=yes\nwriteprotect=yes\nclearglobalvars=no\n\n[hotline]\n{hotlines}{serve}"
        + _CONNECT.replace("@recordings@", str(plan.recordings)).replace("@file@", _recording(plan))
    )


def _hotline(number: str, plan: SwitchPlan) -> str:
    """The trunk gives every channel the same placeholder identity; the real one enters here, filtered.

    The address is behind the last `<`: a name may hold others, and must not pass for the number.
    """
    steps = (
        "Set(CC_FROM=${PJSIP_HEADER(read,From)})",
        "Set(CC_ADDRESS=${CUT(CC_FROM,<,${FIELDQTY(CC_FROM,<)})})",
        "Set(CC_USER=${CUT(CC_ADDRESS,@,1)})",
        f"Set(CALLERID(num)=${{FILTER({_NUMBER_BYTES},${{CC_USER}}):0:20}})",
        "Set(CC_NAME=${CUT(CC_FROM,<,1)})",
        f"Set(CALLERID(name)=${{FILTER({_NAME_BYTES},${{CC_NAME}}):0:39}})",
        "Set(CALLERID(ani)=${CALLERID(num)})",
        "Set(CC_FROM=)",
        "Set(CC_NAME=)",
        "Set(CC_DIALED=${EXTEN})",
        f"Set(CC_REC={_recording(plan)})",
        "Answer()",
        # an event with half a character in it would never leave the switch (seen on 22.10.1): hence URIENCODE
        "UserEvent(CCArrived,Call: ${UNIQUEID},Number: ${CALLERID(num)},"
        "Name: ${URIENCODE(${CALLERID(name)})},Dialed: ${CC_DIALED})",
        "Goto(serve,s,1)",
    )
    first, *rest = steps
    return f"exten => {number},1,{first}\n" + "".join(f" same => n,{step}\n" for step in rest)


def _recording(plan: SwitchPlan) -> str:
    """Return the recording's name below its folder: local day of arrival / call. A Uniqueid begins with its second."""
    return f"${{STRFTIME(${{CUT(UNIQUEID,.,1)}},{plan.time_zone},%Y/%m/%d)}}/${{UNIQUEID}}"


def _duty(plan: SwitchPlan) -> str:
    """Return the steps that ring all duty phones at once; none configured: the caller goes on waiting."""
    if not plan.duty_phones:
        return " same => n,NoOp(no duty phone is configured)"
    phones = "&".join(f"PJSIP/{extension}" for extension in plan.duty_phones)
    return (
        f" same => n,Gosub(record,s,1)\n same => n,Dial({phones},{plan.duty_ring_seconds},gm(default)b(ring^plain^1))"
    )
