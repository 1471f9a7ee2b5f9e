import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import { say } from "@/shared/ui/Toast";
import css from "../admin.module.css";
import type { DeadLetter } from "../types";
import { Confirm } from "../ui/Confirm";
import { Panel } from "../ui/Panel";
import { useWords } from "./useWords";

const AGAIN_MS = 5000;
type Verb = "replay" | "discard";
const REPLAY: readonly Verb[] = ["replay"];
const BOTH: readonly Verb[] = ["replay", "discard"];

/** What will not go on by itself, with the two ways out of it. */
export function DeadLettersPanel() {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const [asking, setAsking] = useState<{ letter: DeadLetter; verb: Verb } | null>(null);
  const letters = useQuery({
    queryKey: ["letters"],
    queryFn: () => unwrap(api.GET("/api/admin/dead-letters")),
    refetchInterval: AGAIN_MS,
  });
  const items = letters.data?.items ?? [];
  return (
    <Panel
      title={t("admin.letters.title")}
      aside={<span className="hint">{t("admin.letters.week")}</span>}
      size="wide"
      testId="letters"
    >
      {letters.error && <Failure error={letters.error} onRetry={() => void letters.refetch()} />}
      {letters.isPending && <Skeleton cards={1} />}
      {letters.data && items.length === 0 && <p className="hint">{t("admin.letters.none")}</p>}
      <ul className={`rows ${css.letters}`}>
        {items.map((letter) => (
          <li key={letter.kind + letter.id} data-testid="letter" data-id={letter.id}>
            <div className="grow">
              <strong>{t(`admin.letters.kind.${letter.kind}`)}</strong>{" "}
              <Said words={words(letter).what} raw={letter.what} />
              {letter.doubtful && (
                <span className="badge warn"> {t("admin.letters.doubtful")}</span>
              )}
              {letter.cancelling && <span className="badge"> {t("admin.letters.cancelling")}</span>}
              <span className="hint">
                {format.moment(letter.at)} · {t("admin.letters.tries", { count: letter.tries })} ·{" "}
                <Said words={words(letter).why} raw={letter.why} />
              </span>
            </div>
            {(letter.cancelling ? REPLAY : BOTH).map((verb) => (
              <button
                key={verb}
                type="button"
                className={`${verb === "replay" ? "plain" : "danger"} ${css.small}`}
                onClick={() => setAsking({ letter, verb })}
                data-testid={`letter-${verb}`}
              >
                {t(`admin.letters.${verb}`)}
              </button>
            ))}
          </li>
        ))}
      </ul>
      {Object.entries(letters.data?.totals ?? {}).map(([kind, count]) => {
        const shown = items.filter((letter) => letter.kind === kind).length;
        if (shown >= count) return null;
        const name = t(`admin.letters.kind.${kind}`);
        return (
          <p key={kind} className="hint" data-testid="letters-more">
            {t("admin.letters.more", { kind: name, shown, count })}
          </p>
        );
      })}
      {asking && <Settle {...asking} onClose={() => setAsking(null)} />}
    </Panel>
  );
}

/** In words where there are some, else as the machine said it. */
function Said({ words, raw }: { words: string | null; raw: string }) {
  return words === null ? <span className={css.mono}>{raw}</span> : <span>{words}</span>;
}

interface Settled {
  letter: DeadLetter;
  verb: Verb;
  onClose: () => void;
}

function Settle({ letter, verb, onClose }: Settled) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const settle = useMutation({
    mutationFn: () => {
      const params = { path: { kind: letter.kind, letter_id: letter.id } };
      return unwrap(
        verb === "replay"
          ? api.POST("/api/admin/dead-letters/{kind}/{letter_id}/replay", { params })
          : api.POST("/api/admin/dead-letters/{kind}/{letter_id}/discard", { params }),
      );
    },
    onSuccess: () => {
      say(t(`admin.letters.${verb}ed`));
      onClose();
    },
    // Also where somebody else was faster: then it is there no more.
    onSettled: () => queries.invalidateQueries({ queryKey: ["letters"] }),
  });
  return (
    <Confirm
      title={t(`admin.letters.${verb}Title`)}
      action={t(`admin.letters.${verb}`)}
      danger={verb === "discard"}
      busy={settle.isPending}
      error={settle.error}
      onConfirm={() => settle.mutate()}
      onClose={onClose}
    >
      <p>{t(`admin.letters.${verb}Why.${letter.kind}`)}</p>
      {verb === "replay" && letter.doubtful && <p className="warn">{t("admin.letters.twice")}</p>}
    </Confirm>
  );
}
