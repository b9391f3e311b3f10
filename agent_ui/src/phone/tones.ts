// Every sound that the desk makes, synthesised; knows nothing of calls.

const RING_HZ = 450;
const RING_PATTERN = { on_s: 1, off_s: 2 };
const FADE_S = 1;

let sound: AudioContext | undefined;
let ringing: { gain: GainNode; timer: ReturnType<typeof setInterval> } | undefined;

/** Wake the sound; the browser lets it only after a click. Returns whether sound can be heard now. */
export async function unlock(): Promise<boolean> {
  sound ??= new AudioContext();
  // A browser without a gesture never settles resume(), so do not wait for ever.
  if (sound.state !== "running") await Promise.race([sound.resume(), new Promise((go) => setTimeout(go, 200))]);
  return sound.state === "running";
}

/** Ring until `stopRinging`; the first second fades in. */
export function ring(): void {
  if (!sound || ringing) return;
  const gain = sound.createGain();
  gain.gain.setValueAtTime(0, sound.currentTime);
  gain.gain.linearRampToValueAtTime(0.35, sound.currentTime + FADE_S);
  gain.connect(sound.destination);
  const burst = () => sound && play(sound, gain, RING_HZ, RING_PATTERN.on_s);
  burst();
  ringing = { gain, timer: setInterval(burst, (RING_PATTERN.on_s + RING_PATTERN.off_s) * 1000) };
}

export function stopRinging(): void {
  if (!ringing) return;
  clearInterval(ringing.timer);
  ringing.gain.disconnect();
  ringing = undefined;
}

/** One beep: a call was answered by itself. */
export const beep = (): void => tone(880, 0.15, 0.3);

/** A low tone: the wrap-up ends soon. */
export const low = (): void => tone(220, 0.3, 0.25);

/** Two soft notes after signing in: the sound works. */
export function test(): void {
  tone(523, 0.12, 0.2);
  setTimeout(() => tone(659, 0.16, 0.2), 140);
}

function tone(hz: number, seconds: number, loud: number): void {
  if (!sound) return;
  const gain = sound.createGain();
  gain.gain.value = loud;
  gain.connect(sound.destination);
  play(sound, gain, hz, seconds);
}

function play(on: AudioContext, into: AudioNode, hz: number, seconds: number): void {
  const source = on.createOscillator();
  source.frequency.value = hz;
  source.connect(into);
  source.start();
  source.stop(on.currentTime + seconds);
}
