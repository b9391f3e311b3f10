// Every word of the screens in English; the type keeps it complete.
import type { Words } from "./zh";

export const en: Words = {
  app: { desk: "Desk", board: "Board", nav: "Main navigation", dark: "Dark", light: "Light", language: "中文", away: "The server cannot be reached; trying again. Calls on the phone go on.", logOut: "Log out", listed: ", " },
  login: {
    title: "Log in", login: "Login", password: "Password", enter: "Log in",
    need: "Enter your login and password", hint: "Forgot the password? A team lead or supervisor can reset it.", hotline: "Hotline",
  },
  state: {
    signed_out: "Signed out", ready: "Ready", ringing: "Ringing", talking: "Talking", holding: "On hold", wrap_up: "Wrap-up",
    busy: "Busy", break: "Break", not_responding: "No answer", disconnected: "Disconnected",
  },
  cause: {
    agent: "own choice", timeout: "no answer in time", no_answer: "no answer in time", rejected: "rejected", supervisor: "forced by a supervisor", switch: "phone went away",
    unreachable: "phone unreachable", caller: "caller hung up", resync: "checked with the switch",
  },
  why: { longest_idle: "Idle the longest: {t}", rejoin: "Back to the call in hand", resync: "Restored from the switch" },
  whyNot: { shorter_idle: "Idle {t}, shorter", no_phone: "No phone registered" },
  bar: {
    label: "Call bar", tools: "Call", noCall: "No call", left: "{n} s left", signInHere: "Sign in here", afterCall: "After this call",
    signOut: "Sign out", ready: "Ready", busy: "Busy", break: "Break",
    noReason: "No reason", menu: "Change state", answer: "Answer", hold: "Hold", unhold: "Resume", mute: "Mute", hangUp: "Hang up", reject: "Reject", again: "Press again",
    onPhone: "Answer on the phone", recording: "Recording", waited: "waited {t}", talked: "talked {t}", muted: "Muted", held: "on hold {t}",
    legLost: "Phone lost, caller still there, reconnecting", goesOn: "Call goes on, timed on this machine", unknown: "Unknown caller", extension: "ext. {n}",
  },
  phone: {
    off: "Phone off", starting: "Phone connecting", registered: "Phone ready", failed: "Phone unusable", lost: "Phone lost", sip: "SIP phone", linkLost: "Data lost",
    details: "Phone and link",
    denied: "The microphone is blocked. Click the icon left of the address, allow the microphone, then Retry.",
    missing: "No microphone found. Plug in the headset, then Retry.",
    insecure: "Browsers allow the microphone only on https or this machine. Open the https address, or sign in with a SIP phone.",
    micLost: "The microphone is gone; the caller cannot hear you. Plug the headset back in, then Retry.",
    refused: "The switch refused this phone. Log out and in again; if it stays, ask an administrator to check the extension.",
    gone: "The phone lost the switch; calls cannot reach you. Reconnecting. After a minute, check the network.",
    locked: "The browser holds back the ring tone. One click brings it back.", unlock: "Turn on ring tone", retry: "Retry",
  },
  notice: {
    calm: "{org} · hotline {hotline}",
    stale: "Data interrupted", staleMore: "No updates since {t}; hatched figures may be old. Calls go on, notes are kept on this machine. Reconnecting, try {n}.", reconnect: "Reconnect now",
    switchDown: "Switch away", switchDownMore: "The telephone system cannot be reached. Calls in progress go on; it is being restored.",
    missedPlain: "The call went to the next agent; you are out of the queue.", backToReady: "Back to ready",
    rejected: "You rejected the call. It went to the next agent; you are out of the queue.",
    wrapEnds: "Ends by itself in {n} s. Without a code it is filed as “not wrapped up in time”; what you typed is kept.",
    legLost: "Your phone lost the caller, who hears music. You will be connected again.", close: "Got it",
  },
  elsewhere: {
    title: "Open in another tab", text: "Only one tab can take calls at a time. The call and the notes there are safe.", take: "Use here",
    out: "Signed out", again: "Open the desk again",
  },
  desk: {
    current: "Current call", number: "No. {id}", waiting: "Waiting for a call", waitingMore: "Calls appear here; nothing on the page moves", offText: "Not signed in; no calls come to you",
    busyText: "{state}; no calls come to you", missedTitle: "A call was not answered", backToReady: "Back to ready", missedWhy: "Reason: {cause}",
    keys: "Wants", heard: "Heard", queue: "Queue", waited: "waited {t}", from: "From", dialed: "Dialed", why: "Why you", others: "Not picked",
    noKeys: "No keys pressed", noHeard: "Nothing played", queues: "Queues", myQueues: "My {n} queues", asOf: "As of {t}",
    emptyTitle: "The customer appears here", emptyText: "Opens when a call rings; the cursor stays, the page does not move.", shortcuts: "Shortcuts",
    signInTitle: "Sign in", signInText: "You start as busy; go ready when you are. A short tone tests the sound.", withBrowser: "Sign in with browser phone", withSip: "Sign in with SIP phone",
    browserHint: "Headset on this computer", sipHint: "Rings the desk phone, ext. {n}", goReady: "Go ready",
    unknown: "No customer found", unknownText: "{number} is not in the records. The call and its note are kept all the same.",
    choose: "{n} customers share this number. Who is calling?", pick: "Choose", others_same: "{n} share it", account: "Account", due: "Due", dueOn: "due {d}", noDue: "Nothing due", dueUnknown: "Unknown",
    tier: "Tier", calls: "Calls", lastCall: "last {t}", noCalls: "First call", assets: "Assets", details: "More", history: "Call history",
    show: "Show", yes: "yes", no: "no", talk: "talk {t}", untilDone: "to wrap up", noAssets: "No assets on record",
    lookup: "Customer and call history",
  },
  wrap: {
    title: "Wrap-up", titleWrap: "Wrap-up", none: "Nothing to write", noneText: "With a call you write its note here; it is saved as you type.", code: "Call code", note: "Note",
    notePlaceholder: "What the caller said, what was promised, who does what next", saved: "Saved {t}", saving: "Saving", local: "Kept on this machine, to be sent",
    extend: "{n} s more", done: "Finish", thenReady: "Finish, ready", thenBusy: "Finish, busy", thenBreak: "Finish, break", afterBusy: "Busy after call",
    pickCode: "Choose a call code first", parked: "not finished", discard: "Discard", finishParked: "Send late", left: "Time left", notYet: "Can be finished after the call", thisCall: "This call",
    search: "Find a call code", nothing: "No such code",
  },
  board: {
    title: "Board", all: "All", filter: "Filter by queue", book: "Book: {n} calls today · {x} unexplained", asOf: "Data {t}", waiting: "Waiting", longest: "Longest wait", offered: "To agents today", answerRate: "Answer rate",
    level: "Service level", levelIn: "Service level {n} s", abandonRate: "Abandon rate", speed: "Avg. answer", ready: "Ready agents", queues: "Queues", queue: "Queue", answered: "Answered", abandoned: "Abandoned",
    short: "Short", ready2: "Ready", talking: "Talking", wrap: "Wrap-up", signedIn: "Signed in", agents: "Agents", noAgents: "No agent is signed in", noQueues: "No queues",
    waitingList: "In line", noWaiting: "Nobody is waiting", place: "no. {n}", todaysBook: "Today's book", live: "In progress", inIvr: "of these in IVR", sum: "Total", unexplained: "Unexplained",
    stats: "{a} ans.", statsMissed: "{a} · {m} missed",
    f: {
    level: "answered within {n} s ÷ (answered + abandoned - short), today, target {target}", levelAll: "sum of answered in time ÷ (answered + abandoned - short), today",
    answerRate: "answered ÷ requests for an agent, today", abandonRate: "(abandoned - short) ÷ requests for an agent, today", speed: "mean time from queue to answer of answered calls, today",
    longest: "who waits longest now; amber over {a} s, red over {r} s", waiting: "callers in the queue now", offered: "calls that asked for an agent today", ready: "agents who can take a call now",
    short: "hung up soon after joining; not in the service level", book: "offered = in progress + every outcome; the rest must be 0",
    },
  },
  outcome: {
    answered: "Answered", served_in_ivr: "Served in IVR", left_in_ivr: "Left in IVR", abandoned: "Abandoned", short_abandon: "Short abandon", callback: "Callback", message: "Message",
    transferred_out: "Transferred out", closed: "Closed", degraded: "Degraded", blocked: "Blocked",
  },
};
