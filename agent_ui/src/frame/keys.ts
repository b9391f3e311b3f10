// The keys of the desk. Not while an input method composes, not when a key is held down.
import { tinykeys } from "tinykeys";
import { onScopeDispose, shallowRef } from "vue";
import { useCommands } from "./commands";

/** What Alt+W does now; the wrap-up form puts it here while it is on the page. */
export const finishKey = shallowRef<(() => void) | null>(null);

export function useKeys(): void {
  const commands = useCommands();
  const does = (act: () => unknown) => (event: KeyboardEvent) => {
    event.preventDefault();
    act();
  };
  const stop = tinykeys(
    window,
    {
      "Alt+KeyA": does(commands.answer),
      "Alt+KeyH": does(commands.hold),
      "Alt+KeyM": does(commands.mute),
      "Alt+KeyG": does(commands.pressHangUp),
      "Alt+KeyS": does(commands.pressState),
      "Alt+KeyW": does(() => finishKey.value?.()),
    },
    { ignore: (event) => event.isComposing || event.repeat },
  );
  onScopeDispose(stop);
}
