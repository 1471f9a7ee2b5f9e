import type { Signal } from "@/shared/api/types";
import { isEnding, shareLeft } from "@/shared/signals/countdown";
import { fieldOf, SignalFacts } from "@/shared/signals/SignalFacts";
import { TimeLeft } from "@/shared/signals/TimeLeft";
import css from "./live.module.css";

/** A signal that is live: what it is, and how long it holds. `now` in milliseconds. */
export function LiveCard({ signal, now }: { signal: Signal; now: number }) {
  const share = shareLeft(signal.created_at, signal.expires_at, now);
  return (
    <li className={`card ${css.live}`} data-testid="live-signal" data-id={signal.id}>
      <div className="row spread">
        <span className={`badge ${css.type}`}>{signal.type}</span>
        <TimeLeft expiresAt={signal.expires_at} now={now} />
      </div>
      <div>
        <h3 className={css.name}>{signal.name}</h3>
        <span className="hint">{fieldOf(signal)}</span>
      </div>
      <SignalFacts signal={signal} />
      <div
        className={css.bar}
        data-ending={isEnding(signal.expires_at, now)}
        style={{ transform: `scaleX(${share})` }}
        aria-hidden="true"
      />
    </li>
  );
}
