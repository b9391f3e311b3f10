"""Writes the switch's folder: every file that Asterisk reads, made anew from the plan."""

import hashlib
import resource
from pathlib import Path

from callcenter.adapters.asterisk.config.books import CDR_FILE, CEL_FILE, book_files
from callcenter.adapters.asterisk.config.dialplan import extensions_conf
from callcenter.adapters.asterisk.config.links import http_conf, manager_conf, rtp_conf
from callcenter.adapters.asterisk.config.modules import modules_conf
from callcenter.adapters.asterisk.config.music import write_beep, write_music
from callcenter.adapters.asterisk.config.phones import pjsip_conf
from callcenter.adapters.asterisk.plan import SwitchPlan

OPEN_FILES = 20000
"""File descriptors wanted: about five a call; with the usual 1024 the switch fails at 180 calls."""

# Present, so that the switch starts without a complaint.
_EMPTY = ("acl.conf", "udptl.conf", "pjproject.conf", "ccss.conf", "features.conf", "sorcery.conf")


def write(plan: SwitchPlan) -> Path:
    """Write all files below `plan.run_dir` and return its asterisk.conf.

    An unchanged file is left alone, so the folder can be written again under a running switch.
    """
    etc = plan.conf_file.parent
    for folder in _folders(plan):
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in _texts(plan).items():
        _put(etc / name, text)
    _link(plan.run_dir / "share/documentation", plan.software.documentation)
    music, beep = plan.run_dir / "moh/waiting.wav", plan.run_dir / "share/sounds/en/beep.wav"
    if not music.exists():
        write_music(music)
    if not beep.exists():
        write_beep(beep)
    return plan.conf_file


def fingerprint(plan: SwitchPlan) -> str:
    """Return a hash of every file as the plan would write it; equal means that nothing has to be reloaded."""
    digest = hashlib.sha256("\0".join(plan.software.argv).encode())
    for name, text in sorted(_texts(plan).items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def foundation(plan: SwitchPlan) -> str:
    """Return a hash of what a running switch cannot change: its software, modules and ports."""
    parts = (*plan.software.argv, modules_conf(plan.software.modules), plan.address, str(plan.ami_port))
    parts += (str(plan.sip_port), str(plan.http_port))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _folders(plan: SwitchPlan) -> list[Path]:
    run = plan.run_dir
    below = ("etc", "lib/keys", "lib/agi-bin", "share/sounds/en", "spool", "run", "cache", "moh")
    books = [(plan.log_dir / file).parent for file in (CDR_FILE, CEL_FILE)]
    return [run / name for name in below] + books + [plan.recordings, plan.prompts]


def _texts(plan: SwitchPlan) -> dict[str, str]:
    return {
        "asterisk.conf": _asterisk_conf(plan),
        "modules.conf": modules_conf(plan.software.modules),
        "logger.conf": (
            "[general]\ndateformat=%F %T.%3q\n[logfiles]\nmessages.log => notice,warning,error\n"
            "security.log => security\n"
        ),
        "stasis.conf": "[threadpool]\nminimum_size=5\n",
        "indications.conf": "[general]\ncountry=cn\n[cn]\ndescription=China\nringcadence=1000,4000\n"
        "dial=450\nbusy=450/350,0/350\nring=450/1000,0/4000\ncongestion=450/700,0/700\n",
        "musiconhold.conf": f"[default]\nmode=files\ndirectory={plan.run_dir / 'moh'}\n",
        "extensions.conf": extensions_conf(plan),
        "pjsip.conf": pjsip_conf(plan),
        "manager.conf": manager_conf(plan),
        "http.conf": http_conf(plan),
        "rtp.conf": rtp_conf(plan),
        **book_files(),
        **dict.fromkeys(_EMPTY, ""),
    }


def _asterisk_conf(plan: SwitchPlan) -> str:
    run = plan.run_dir
    folders = {
        "astetcdir": run / "etc",
        "astmoddir": plan.software.modules,
        "astvarlibdir": run / "lib",
        "astdbdir": run / "lib",
        "astkeydir": run / "lib",
        "astdatadir": run / "share",
        "astagidir": run / "lib/agi-bin",
        "astspooldir": run / "spool",
        "astrundir": run / "run",
        "astlogdir": plan.log_dir,
        "astcachedir": run / "cache",
    }
    lines = "".join(f"{name} => {folder}\n" for name, folder in folders.items())
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    open_files = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    # No `maxload`: the load average is the whole machine's, and calls would be refused for a neighbour's work.
    return (
        f"[directories]\n{lines}\n[options]\nnofork=yes\nverbose=0\ntransmit_silence=yes\nlive_dangerously=no\n"
        f"hideconnect=yes\nmaxfiles={open_files}\n"
    )


def _put(path: Path, text: str) -> None:
    content = text.encode()
    if path.exists() and path.read_bytes() == content:
        return
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(content)
    fresh.rename(path)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)
