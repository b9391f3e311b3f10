// The pages and who may open them. Each screen registers itself; nothing else knows them all.
import { createRouter, createWebHistory } from "vue-router";
import { onLoggedOut } from "./api";
import { register as board } from "./features/board/register";
import { register as desk } from "./features/desk/register";
import { register as login } from "./features/login/register";
import type { Screen } from "./screen";
import { useSession } from "./session";

export const screens: readonly Screen[] = [desk(), board(), login()];

export const router = createRouter({
  history: createWebHistory(),
  routes: [...screens.map((screen) => screen.route), { path: "/:rest(.*)*", redirect: "/" }, { path: "/", name: "home", component: { render: () => null } }],
});

router.beforeEach(async (to) => {
  const session = useSession();
  const known = await session.load();
  if (to.name === "login") return !known || { path: "/" };
  if (!known) return { name: "login", query: to.path === "/" ? {} : { to: to.path } };
  const allowed = screens.filter((screen) => screen.rail && screen.open(session));
  return allowed.some((screen) => screen.route.name === to.name) || { name: allowed[0]?.route.name ?? "login" };
});

// A log-in that ended leaves the page by a fresh load, so that nothing of the person stays in memory.
onLoggedOut(() => {
  if (router.currentRoute.value.name !== "login" && useSession().me) location.assign("/login");
});
