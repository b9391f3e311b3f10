// The SIP phone in the page (JsSIP). Reports facts; decides nothing and draws nothing.
import type { UA } from "jssip/lib/JsSIP.js";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent } from "jssip/lib/UA.js";
import type { RTCSession } from "jssip/lib/RTCSession.js";
import type { PhoneAccount } from "../wire";

export type Registration = "connecting" | "registered" | "refused" | "gone";
export type MicFault = "denied" | "missing" | "insecure";
export type Talk = "none" | "ringing" | "answering" | "talking";

export interface PhoneEvents {
  registration: (now: Registration) => void;
  talk: (now: Talk) => void;
  held: (on: boolean) => void;
  remote: (stream: MediaStream) => void;
  micFault: (fault: MicFault | "lost" | null) => void;
  auto: () => void;
}

const REGISTER_AGAIN_MS = 5000;
const BUSY_HERE = 486;

export class BrowserPhone {
  private ua: UA | undefined;
  private session: RTCSession | undefined;
  private stream: MediaStream | undefined;

  constructor(
    private readonly account: PhoneAccount,
    private readonly tell: PhoneEvents,
  ) {}

  /** Register with the switch; the outcome arrives as `registration`. */
  async start(): Promise<void> {
    if (this.ua) return;
    const { UA, WebSocketInterface } = await import("jssip/lib/JsSIP.js");
    const { extension, password, realm, ws_url } = this.account;
    const ua = new UA({
      sockets: new WebSocketInterface(ws_url),
      uri: `sip:${extension}@${realm}`,
      authorization_user: extension,
      password,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      user_agent: "callcenter-desk",
    });
    this.ua = ua;
    this.tell.registration("connecting");
    ua.on("registered", () => this.tell.registration("registered"));
    ua.on("registrationFailed", () => {
      this.tell.registration(ua.isConnected() ? "refused" : "gone");
      setTimeout(() => this.ua === ua && ua.isConnected() && ua.register(), REGISTER_AGAIN_MS);
    });
    ua.on("disconnected", () => this.tell.registration("gone"));
    ua.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      if (isIncoming(event)) this.ring(event);
    });
    ua.start();
  }

  /** End the registration and any talk. */
  stop(): void {
    this.ua?.stop();
    this.ua = undefined;
    this.session = undefined;
    this.dropStream();
  }

  answer(): void {
    if (this.session?.isInProgress() !== true) return;
    void this.pickUp(this.session);
  }

  /** True when there was a talk or a ringing call to end. */
  hangUp(): boolean {
    if (!this.session || this.session.isEnded()) return false;
    this.session.terminate(this.session.isInProgress() ? { status_code: BUSY_HERE } : {});
    return true;
  }

  hold(on: boolean): void {
    if (on) this.session?.hold();
    else this.session?.unhold();
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  private ring(event: IncomingRTCSessionEvent): void {
    const { session, request } = event;
    if (this.session && !this.session.isEnded()) {
      session.terminate({ status_code: BUSY_HERE });
      return;
    }
    this.session = session;
    const over = () => {
      if (this.session !== session) return;
      this.session = undefined;
      this.dropStream();
      this.tell.talk("none");
    };
    session.on("ended", over);
    session.on("failed", over);
    session.on("accepted", () => this.tell.talk("talking"));
    session.on("hold", ({ originator }) => {
      if (isLocal(originator)) this.tell.held(true);
    });
    session.on("unhold", ({ originator }) => {
      if (isLocal(originator)) this.tell.held(false);
    });
    session.on("peerconnection", ({ peerconnection }) => {
      peerconnection.addEventListener("track", ({ streams, track }) => {
        this.tell.remote(streams[0] ?? new MediaStream([track]));
      });
    });
    // One candidate is enough, the switch learns the others; full gathering may take seconds.
    session.on("icecandidate", ({ ready }) => ready());
    this.tell.talk("ringing");
    if (request.getHeader("X-CC-Auto") === "1") {
      this.tell.auto();
      void this.pickUp(session);
    }
  }

  private async pickUp(session: RTCSession): Promise<void> {
    this.tell.talk("answering");
    const stream = await openMicrophone().catch((error: unknown) => micFault(error));
    if (typeof stream === "string") {
      this.tell.micFault(stream);
      if (session.isInProgress()) this.tell.talk("ringing");
      return;
    }
    if (!session.isInProgress()) {
      stopTracks(stream);
      return;
    }
    this.stream = stream;
    stream.getAudioTracks()[0]?.addEventListener("ended", () => this.tell.micFault("lost"));
    this.tell.micFault(null);
    session.answer({ mediaStream: stream, pcConfig: { iceServers: [] } });
  }

  private dropStream(): void {
    if (this.stream) stopTracks(this.stream);
    this.stream = undefined;
  }
}

/** JsSIP declares its words as enums that do not exist at run time. */
const isLocal = (originator: string): boolean => originator === "local";

function isIncoming(event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent): event is IncomingRTCSessionEvent {
  return !isLocal(event.originator);
}

function openMicrophone(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true }, video: false });
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function micFault(error: unknown): MicFault {
  const name = error instanceof DOMException ? error.name : "";
  return name === "NotFoundError" || name === "NotReadableError" ? "missing" : "denied";
}

/** What keeps the microphone from being used, or null. Asks for the permission when it was never given. */
export async function tryMicrophone(): Promise<MicFault | null> {
  if (!window.isSecureContext) return "insecure";
  try {
    stopTracks(await openMicrophone());
    return null;
  } catch (error) {
    return micFault(error);
  }
}
