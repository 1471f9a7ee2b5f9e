import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Signal } from "@/shared/api/types";
import { tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { Outcome } from "@/shared/signals/Outcome";
import { fieldOf, SignalFacts } from "@/shared/signals/SignalFacts";
import { TimeLeft } from "@/shared/signals/TimeLeft";
import css from "../operator.module.css";
import { PinBadge } from "../PinBadge";
import { Why } from "../Why";
import { CloseSignal } from "./CloseSignal";
import { EditSignal } from "./EditSignal";
import { SettleSignal } from "./SettleSignal";

const SHEETS = { edit: EditSignal, close: CloseSignal, settle: SettleSignal } as const;

/** A signal, its message in the chat, and what can be done about it. `now` in milliseconds. */
export function OperatedSignal({ signal, now }: { signal: Signal; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState<keyof typeof SHEETS | null>(null);
  const { state, post_state: post, pin_state: pin, error, pnl } = signal;
  const isLive = state === "live";
  const Opened = open && SHEETS[open];
  const can = isLive ? (["edit", "close", "settle"] as const) : (["settle"] as const);
  return (
    <li className="card" data-testid="operated-signal" data-id={signal.id} data-state={state}>
      <div className="row spread">
        <span className={css.badges}>
          {!isLive && <Outcome signal={signal} />}
          {post === "sent" ? (
            <PinBadge pin={pin} />
          ) : (
            <span
              className={`badge ${post === "failed" ? "bad" : post === "unknown" ? "warn" : ""}`}
              data-testid="post-state"
            >
              {t(`operator.post.${post}`)}
            </span>
          )}
        </span>
        {isLive ? (
          <TimeLeft expiresAt={signal.expires_at} now={now} />
        ) : (
          pnl !== null && (
            <strong className={`numbers ${tone(pnl) ?? ""}`}>{format.signed(pnl)}</strong>
          )
        )}
      </div>
      <div>
        <h3 className={css.name}>{signal.name}</h3>
        <span className="hint">{[signal.type, fieldOf(signal)].filter(Boolean).join(" · ")}</span>
        {!isLive && (
          <span className="hint numbers">
            {format.moment(signal.ended_at ?? signal.expires_at)}
          </span>
        )}
      </div>
      {isLive && <SignalFacts signal={signal} />}
      {error && <Why error={error} testId="signal-why" />}
      {state !== "settled" && (
        <div className={css.actions}>
          {can.map((what) => (
            <button
              key={what}
              type="button"
              className="plain"
              onClick={() => setOpen(what)}
              data-testid={`signal-${what}`}
            >
              {t(`operator.do.${what}`)}
            </button>
          ))}
        </div>
      )}
      {Opened && <Opened signal={signal} onClose={() => setOpen(null)} />}
    </li>
  );
}
