// The live desk and board, mirrored over one socket; says when they may be old. Draws nothing.
import { defineStore } from "pinia";
import { io, type Socket } from "socket.io-client";
import { computed, ref, shallowRef } from "vue";
import { api } from "../api";
import { applyBoard, applyDesk } from "../reduce";
import { nowMs, setClock } from "../time";
import type { Board, BoardChange, Desk, DeskChange, Pulse, Text } from "../wire";
import { Mirror } from "./mirror";

export type Want = "desk" | "board";

const SILENCE_MS = 5000;
const AGAIN_MS = 1000;

export const useLive = defineStore("live", () => {
  const desk = shallowRef<Desk | null>(null);
  const board = shallowRef<Board | null>(null);
  const stale = ref(false);
  const last_ms = ref(0);
  const tries = ref(0);
  const switchUp = ref(true);
  const putOut = shallowRef<Text | null>(null);
  /** The time to count waits with: it stands still while nothing arrives. */
  const shown_ms = computed(() => (stale.value ? last_ms.value : nowMs()));

  let socket: Socket | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function heard(now_ms: number): void {
    setClock(now_ms);
    last_ms.value = now_ms;
    tries.value = 0;
    stale.value = false;
    clearTimeout(silence);
    silence = setTimeout(() => (stale.value = true), SILENCE_MS);
  }

  const desks = new Mirror<Desk, DeskChange>({
    fetch: api.desk,
    apply: applyDesk,
    show: (whole) => {
      desk.value = whole;
      switchUp.value = whole.switch_up;
      heard(whole.now_ms);
    },
  });
  const boards = new Mirror<Board, BoardChange>({
    fetch: api.board,
    apply: applyBoard,
    show: (whole) => {
      board.value = whole;
      switchUp.value = whole.switch_up;
      heard(whole.now_ms);
    },
  });

  /** Subscribe, then take the snapshots; again after every gap. `page` names this load of the page. */
  function open(page: string, want: readonly Want[]): void {
    close();
    putOut.value = null;
    const line = io({
      path: "/socket.io",
      transports: ["websocket"],
      auth: { page, want },
      reconnectionDelay: 500,
      reconnectionDelayMax: 3000,
      forceNew: true,
    });
    socket = line;
    silence = setTimeout(() => (stale.value = true), SILENCE_MS);
    line.on("connect", () => {
      if (want.includes("desk")) void desks.load();
      if (want.includes("board")) void boards.load();
    });
    line.on("desk", (change: DeskChange) => desks.take(change));
    line.on("board", (change: BoardChange) => boards.take(change));
    line.on("pulse", (pulse: Pulse) => {
      desks.heard(pulse.desk_seq);
      boards.heard(pulse.board_seq);
      if (!complete(want)) return;
      switchUp.value = pulse.switch_up;
      heard(pulse.now_ms);
    });
    line.on("signed_out", ({ reason }: { reason: Text }) => {
      putOut.value = reason;
      close();
    });
    line.on("connect_error", () => {
      tries.value++;
      again(line);
    });
    line.on("disconnect", () => again(line));
  }

  /** A server that closed the door itself is asked again too: it may be starting, or the log-in may have ended. */
  function again(line: Socket): void {
    if (line.active) return;
    setTimeout(() => {
      if (socket !== line) return;
      api.me().then(() => line.connect(), () => again(line));
    }, AGAIN_MS);
  }

  const complete = (want: readonly Want[]) =>
    (!want.includes("desk") || desks.ready) && (!want.includes("board") || boards.ready);

  /** Try the link at once. */
  function reconnect(): void {
    tries.value++;
    socket?.disconnect().connect();
  }

  function close(): void {
    clearTimeout(silence);
    desks.stop();
    boards.stop();
    const line = socket;
    socket = undefined;
    line?.removeAllListeners();
    line?.disconnect();
  }

  return { desk, board, stale, last_ms, shown_ms, tries, switchUp, putOut, open, close, reconnect };
});
