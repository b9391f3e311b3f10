"""Writes pjsip.conf: transports, the trunk that callers come from, and the agents' phones."""

from callcenter.adapters.asterisk.plan import PhonePlan, SwitchPlan

_GLOBAL = """[global]
type=global
; The address decides first: a caller whose number equals an extension is still a caller.
endpoint_identifier_order=ip,username
user_agent=callcenter

[udp]
type=transport
protocol=udp
bind={address}:{sip_port}

; The listener itself is in http.conf.
[ws]
type=transport
protocol=ws
bind=127.0.0.1:{http_port}
"""

_TRUNK = """
[trunk]
type=endpoint
transport=udp
context=hotline
disallow=all
allow=alaw,ulaw
direct_media=no
rtp_symmetric=yes
; RFC 4733 in the media stream; SIP INFO is taken in any mode.
dtmf_mode=rfc4733
media_address={address}
bind_rtp_to_media_address=yes
; A placeholder until the dialplan has filtered what the caller sent; nothing later may replace it.
callerid=<0>
trust_id_inbound=no
trust_connected_line=no
; Otherwise a re-INVITE goes to the caller as soon as the agent answers, which many trunks refuse.
send_connected_line=no
send_pai=no
timers=no
; Ends a call whose far side died without BYE.
rtp_timeout=60
rtp_timeout_hold=600
"""

_PHONE = """
[{extension}]
type=endpoint
context=agents
disallow=all
allow=alaw,ulaw
direct_media=no
rtp_symmetric=yes
rewrite_contact=yes
force_rport=yes
dtmf_mode=rfc4733
media_address={address}
bind_rtp_to_media_address=yes
trust_id_inbound=no
trust_connected_line=no
send_connected_line=no
callerid=<{extension}>
; One call at a time.
device_state_busy_at=1
aors={extension}
"""

_BROWSER = """webrtc=yes
dtls_auto_generate_cert=yes
; A closed browser tab leaves its channel behind: it ends when no sound comes for this long.
rtp_timeout=10
rtp_timeout_hold=300
"""

_REGISTERED = """auth={extension}

[{extension}]
type=auth
auth_type=userpass
username={extension}
password={password}

[{extension}]
type=aor
max_contacts=1
remove_existing=yes
"""


def pjsip_conf(plan: SwitchPlan) -> str:
    """Return pjsip.conf for the trunk and all phones."""
    parts = [_GLOBAL.format(address=plan.address, sip_port=plan.sip_port, http_port=plan.http_port), _trunk(plan)]
    parts.extend(_phone(phone, plan) for phone in plan.phones)
    return "".join(parts)


def _trunk(plan: SwitchPlan) -> str:
    text = _TRUNK.format(address=plan.address)
    if plan.trunk_contact:
        text += f"aors=trunk\n\n[trunk]\ntype=aor\ncontact={plan.trunk_contact}\n"
    if plan.trunks:
        text += "\n[trunk]\ntype=identify\nendpoint=trunk\n" + "".join(f"match={trunk}\n" for trunk in plan.trunks)
    return text


def _phone(phone: PhonePlan, plan: SwitchPlan) -> str:
    text = _PHONE.format(extension=phone.extension, address=plan.address)
    text += _BROWSER if phone.kind == "browser" else "transport=udp\nrtp_timeout=60\nrtp_timeout_hold=600\n"
    if phone.contact:
        return f"{text}\n[{phone.extension}]\ntype=aor\ncontact={phone.contact}\n"
    return text + _REGISTERED.format(extension=phone.extension, password=phone.password)
