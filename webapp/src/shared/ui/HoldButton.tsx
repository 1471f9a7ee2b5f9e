import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";
import { haptics } from "@/shared/telegram/haptics";

/** How long a hold takes, in milliseconds; the style sheet's `--hold` is the same. */
export const HOLD_MS = 700;

interface Props {
  children: ReactNode;
  busy: boolean;
  /** Nothing to hold for yet. */
  disabled?: boolean;
  /** It takes something away for good. */
  danger?: boolean;
  onHeld: () => void;
  testId: string;
}

/** A button that acts only when held: with a finger, the mouse, Enter or Space. */
export function HoldButton(props: Props) {
  const { children, busy, disabled = false, danger = false, onHeld, testId } = props;
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  function begin() {
    if (busy || timer.current) return;
    setHolding(true);
    haptics.selection();
    timer.current = setTimeout(() => {
      end();
      haptics.armed();
      onHeld();
    }, HOLD_MS);
  }
  function end() {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHolding(false);
  }
  function onPress(event: PointerEvent) {
    if (event.button === 0) begin();
  }
  function onKey(event: KeyboardEvent) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!event.repeat) begin();
  }

  function onRelease(event: KeyboardEvent) {
    // Where a key clicks when it is let go, a short press would confirm.
    if (event.key === " ") event.preventDefault();
    end();
  }

  return (
    <button
      type="button"
      className={danger ? "main hold danger" : "main hold"}
      disabled={disabled}
      aria-disabled={busy}
      aria-busy={busy}
      data-holding={holding}
      onPointerDown={onPress}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={onKey}
      onKeyUp={onRelease}
      onBlur={end}
      // A screen reader's activation has neither pointer nor key: it is deliberate enough.
      onClick={(event) => event.detail === 0 && !busy && onHeld()}
      data-testid={testId}
    >
      <span>{children}</span>
    </button>
  );
}
