// What a change does to a snapshot. Pure, and its cases (src/cases) are run on the server's side too; knows no socket.
import type { Board, BoardChange, CustomerCard, Desk, DeskChange } from "./wire";

/** The board after `change`; rows are replaced whole. */
export function applyBoard(board: Board, change: BoardChange): Board {
  return {
    ...board,
    seq: change.seq,
    now_ms: change.now_ms,
    switch_up: change.switch_up ?? board.switch_up,
    book: change.book ?? board.book,
    day: change.day ?? board.day,
    queues: { ...board.queues, ...change.queues },
    agents: without({ ...board.agents, ...change.agents }, change.gone_agents),
    waiting: without({ ...board.waiting, ...change.waiting }, change.gone_waiting),
  };
}

/** The desk after `change`. A call with another id drops the customer of the call before it. */
export function applyDesk(desk: Desk, change: DeskChange): Desk {
  const fresh = change.clear_call === true || (change.call != null && change.call.id !== desk.call?.id);
  const customer: CustomerCard | null = fresh ? null : desk.customer;
  return {
    ...desk,
    seq: change.seq,
    now_ms: change.now_ms,
    switch_up: change.switch_up ?? desk.switch_up,
    agent: change.agent ?? desk.agent,
    call: change.call ?? (change.clear_call === true ? null : desk.call),
    customer: change.customer ?? customer,
    candidates: change.candidates ?? (fresh ? [] : desk.candidates),
    queues: change.queue ? { ...desk.queues, [change.queue.id]: change.queue } : desk.queues,
  };
}

function without<Row>(rows: Record<string, Row>, gone: readonly string[] = []): Record<string, Row> {
  return Object.fromEntries(Object.entries(rows).filter(([key]) => !gone.includes(key)));
}
