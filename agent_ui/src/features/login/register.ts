import type { Screen } from "../../screen";

/** The log-in page: open to all. */
export const register = (): Screen => ({
  route: { path: "/login", name: "login", component: () => import("./LoginPage.vue") },
  open: () => true,
});
