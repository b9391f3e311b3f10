import type { Screen } from "../../screen";

/** The agent's desk: for people who have a seat. */
export const register = (): Screen => ({
  route: { path: "/desk", name: "desk", component: () => import("./DeskPage.vue") },
  rail: { icon: "head", word: "app.desk" },
  open: (session) => session.hasSeat,
});
