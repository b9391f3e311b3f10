import type { Screen } from "../../router";

/** The log-in page: open to all. */
export const register = (): Screen => ({
  route: { path: "/login", name: "login", component: () => import("./LoginPage.vue") },
  open: () => true,
});
