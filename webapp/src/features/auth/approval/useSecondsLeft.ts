import { useEffect, useState } from "react";

const LOOK_MS = 250;

/** Whole seconds until the moment, never below none. `until`: milliseconds of the device's clock. */
export function useSecondsLeft(until: number): number {
  const [left, setLeft] = useState(() => secondsUntil(until));
  useEffect(() => {
    const look = () => setLeft(secondsUntil(until));
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}

function secondsUntil(moment: number): number {
  return Math.max(0, Math.ceil((moment - Date.now()) / 1000));
}
