// What a screen tells the house about itself. Knows no screen.
import type { RouteRecordRaw } from "vue-router";
import type { IconName } from "./parts/icons";
import type { useSession } from "./session";

/** A screen: its route, and how the rail shows it (nothing: not in the rail). */
export interface Screen {
  readonly route: RouteRecordRaw & { readonly name: string };
  readonly rail?: { readonly icon: IconName; readonly word: string };
  readonly open: (session: ReturnType<typeof useSession>) => boolean;
}
