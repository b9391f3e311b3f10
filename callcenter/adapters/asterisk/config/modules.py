"""The modules that the switch loads, and nothing else (autoload also opens sockets on every interface)."""

from pathlib import Path

_STEMS = (
    # dialplan, timing, functions. No SHELL, FILE, ENV, DB: nobody on the AMI link can reach a file or a shell.
    "pbx_config res_timing_timerfd res_crypto func_callerid func_channel func_cdr func_dialplan func_global"
    " func_hangupcause func_logic func_math func_strings func_cut func_timeout func_pjsip_endpoint func_pjsip_contact"
    " func_pjsip_aor func_devstate func_uri"
    # applications. No System, Exec, Originate.
    " app_verbose app_stack app_playback app_dial app_chanspy app_mixmonitor app_record app_userevent app_senddtmf"
    " app_cdr app_echo app_milliwatt res_speech res_agi res_musiconhold res_mutestream"
    # bridges, codecs, files
    " bridge_builtin_features bridge_builtin_interval_features bridge_holding bridge_native_rtp bridge_simple"
    " bridge_softmix codec_ulaw codec_alaw codec_a_mu codec_resample format_pcm format_wav format_sln"
    # the independent books
    " cdr_custom cel_custom res_security_log"
    # SIP, WebRTC
    " res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_http_websocket res_srtp"
    " res_rtp_asterisk res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_authenticator_digest"
    " res_pjsip_outbound_authenticator_digest res_pjsip_endpoint_identifier_user res_pjsip_endpoint_identifier_ip"
    " res_pjsip_registrar res_pjsip_caller_id res_pjsip_nat res_pjsip_rfc3326 res_pjsip_refer res_pjsip_pubsub"
    " res_pjsip_dtmf_info res_pjsip_transport_websocket res_pjsip_header_funcs res_pjsip_dlg_options"
    " res_pjsip_maintenance chan_pjsip"
)

MODULES = tuple(f"{stem}.so" for stem in _STEMS.split())
"""File names in load order; all of them exist in every version from 20 on."""

_FIRST_IF_PRESENT = "res_cdrel_custom.so"
"""Version 22.8 moved the writing of CSV books out of cdr_custom and cel_custom into this one."""


def modules_conf(folder: Path) -> str:
    """Return modules.conf; each module is required, so that a broken one stops the start instead of a call."""
    first = (_FIRST_IF_PRESENT,) if (folder / _FIRST_IF_PRESENT).exists() else ()
    return "[modules]\nautoload=no\n" + "".join(f"require={name}\n" for name in (*first, *MODULES))
