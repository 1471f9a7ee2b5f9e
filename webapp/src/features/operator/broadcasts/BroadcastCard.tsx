import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Broadcast } from "@/shared/api/types";
import { ConfirmSheet } from "@/shared/confirm/ConfirmSheet";
import { useFormat } from "@/shared/money/useFormat";
import css from "../operator.module.css";
import { PinBadge } from "../PinBadge";
import { Why } from "../Why";
import { toneOf } from "./standing";
import { useCancelBroadcast } from "./useBroadcasts";

const NO_MESSAGE: ReadonlySet<Broadcast["state"]> = new Set(["scheduled", "failed", "cancelled"]);

/** One message: its words, where it is on its way, and why it got no further. */
export function BroadcastCard({ broadcast }: { broadcast: Broadcast }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, at, text, error, thread_id: topic, pin_state: pin } = broadcast;
  const moment = format.moment(broadcast.sent_at ?? at ?? broadcast.created_at);
  return (
    <li className="card" data-testid="broadcast" data-state={state} data-pin={pin ?? "none"}>
      <div className={css.badges}>
        <span className={`badge ${toneOf(broadcast)}`} data-testid="broadcast-state">
          {t(`operator.state.${state}`)}
        </span>
        {pin && state === "scheduled" && <span className="badge">{t("operator.pin.wanted")}</span>}
        {pin && !NO_MESSAGE.has(state) && <PinBadge pin={pin} />}
      </div>
      <p className={css.said}>{text}</p>
      {error && <Why error={error} testId="broadcast-why" />}
      {state === "unknown" && <p className="hint">{t("operator.broadcast.look")}</p>}
      <span className="hint numbers">
        {topic === null ? moment : `${moment} · ${t("operator.broadcast.inTopic", { topic })}`}
      </span>
      {state === "scheduled" && <Cancel broadcast={broadcast} />}
    </li>
  );
}

function Cancel({ broadcast }: { broadcast: Broadcast }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  const cancel = useCancelBroadcast(broadcast);
  return (
    <>
      <div className={css.actions}>
        <button
          type="button"
          className="danger"
          onClick={() => {
            cancel.reset();
            setAsking(true);
          }}
          data-testid="broadcast-cancel"
        >
          {t("operator.broadcast.cancel")}
        </button>
      </div>
      {asking && (
        <ConfirmSheet
          title={t("operator.broadcast.cancelTitle")}
          action={t("operator.broadcast.cancel")}
          hold={t("operator.broadcast.hold.cancel")}
          detail={broadcast.at ? format.moment(broadcast.at) : ""}
          needsSecret={false}
          isFinal
          busy={cancel.isPending}
          error={cancel.error}
          onConfirm={() => cancel.mutate(undefined, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        >
          <p className={css.bubble}>{broadcast.text}</p>
        </ConfirmSheet>
      )}
    </>
  );
}
