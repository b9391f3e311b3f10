// The tree of wrap-up codes: finding, naming, searching.
import type { Choice } from "../../wire";
import { say } from "../../words";

/** How many columns the tree needs. */
export function depth(tree: readonly Choice[]): number {
  return tree.length ? 1 + Math.max(...tree.map((one) => depth(one.children))) : 0;
}

/** The codes from the root to `code`; empty when there is no such code. */
export function trail(tree: readonly Choice[], code: string): Choice[] {
  for (const one of tree) {
    if (one.code === code) return [one];
    const below = trail(one.children, code);
    if (below.length) return [one, ...below];
  }
  return [];
}

/** `账单缴费 › 承诺缴费`; the code itself when the tree does not know it. */
export function pathOf(tree: readonly Choice[], code: string): string {
  const found = trail(tree, code);
  return found.length ? found.map((one) => say(one.label)).join(" › ") : code;
}

/** Every code that ends a branch and whose path holds `words`. */
export function search(tree: readonly Choice[], words: string): Choice[] {
  const wanted = words.trim().toLowerCase();
  const leaves = (list: readonly Choice[]): Choice[] => list.flatMap((one) => (one.children.length ? leaves(one.children) : [one]));
  return leaves(tree).filter((leaf) => {
    const path = trail(tree, leaf.code);
    return path.some((one) => `${one.label.zh} ${one.label.en} ${one.code}`.toLowerCase().includes(wanted));
  });
}
