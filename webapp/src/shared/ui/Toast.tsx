import { useEffect } from "react";
import { create } from "zustand";

const SHOWN_MS = 2500;

interface Said {
  text: string | null;
  say: (text: string | null) => void;
}

const useSaid = create<Said>((set) => ({ text: null, say: (text) => set({ text }) }));

/** A short word that passes by itself: "copied". Never for what a person has to act on. */
export const say = (text: string) => useSaid.getState().say(text);

/** Where such words appear. Once in the page. */
export function Toasts() {
  const { text, say } = useSaid();
  useEffect(() => {
    if (text === null) return;
    const timer = setTimeout(() => say(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [text, say]);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {text !== null && <span className="toast">{text}</span>}
    </div>
  );
}
