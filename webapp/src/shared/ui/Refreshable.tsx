import { type ReactNode, useEffect, useEffectEvent, useState } from "react";
import { haptics } from "@/shared/telegram/haptics";

const ENOUGH_PX = 64;
const MOST_PX = 96;

/** Pull down at the top of the page to read it again. */
export function Refreshable({
  onRefresh,
  children,
}: {
  onRefresh: () => Promise<unknown>;
  children: ReactNode;
}) {
  const [pulled, setPulled] = useState(0);
  const [reading, setReading] = useState(false);
  const refresh = useEffectEvent(async () => {
    haptics.armed();
    setReading(true);
    await onRefresh().catch(() => undefined);
    setReading(false);
  });
  useEffect(() => {
    let from: number | null = null;
    let far = 0;
    const start = (event: TouchEvent) => {
      const [finger] = event.touches;
      const alone = event.touches.length === 1 && !document.querySelector("dialog[open]");
      from = finger && alone && window.scrollY <= 0 ? finger.clientY : null;
      far = 0;
    };
    const move = (event: TouchEvent) => {
      const [finger] = event.touches;
      if (from === null || !finger) return;
      // Half as far as the finger: it resists.
      far = Math.min(MOST_PX, Math.max(0, (finger.clientY - from) / 2));
      setPulled(far);
    };
    const stop = () => {
      if (from !== null && far >= ENOUGH_PX) void refresh();
      from = null;
      setPulled(0);
    };
    window.addEventListener("touchstart", start, { passive: true });
    window.addEventListener("touchmove", move, { passive: true });
    window.addEventListener("touchend", stop);
    window.addEventListener("touchcancel", stop);
    return () => {
      window.removeEventListener("touchstart", start);
      window.removeEventListener("touchmove", move);
      window.removeEventListener("touchend", stop);
      window.removeEventListener("touchcancel", stop);
    };
  }, []);
  const height = reading ? ENOUGH_PX / 2 : pulled;
  return (
    <>
      <div className="pulled" style={{ height }} aria-hidden="true">
        {height > 0 && <span className="spinner" data-ready={reading || pulled >= ENOUGH_PX} />}
      </div>
      {children}
    </>
  );
}
