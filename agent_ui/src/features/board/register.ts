import type { Screen } from "../../screen";

/** The live board: for leads, supervisors and administrators. */
export const register = (): Screen => ({
  route: { path: "/board", name: "board", component: () => import("./BoardPage.vue") },
  rail: { icon: "board", word: "app.board" },
  open: (session) => session.seesBoard,
});
