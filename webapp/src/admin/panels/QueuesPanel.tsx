import { useTranslation } from "react-i18next";
import css from "../admin.module.css";
import type { Overview } from "../types";
import { Panel } from "../ui/Panel";
import { Scrolls } from "../ui/Scrolls";
import { useSpan } from "../ui/useSpan";

const COLUMNS = ["ready", "running", "delayed", "dead"] as const;

/** What waits, what is worked on, and what is stuck. */
export function QueuesPanel({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const span = useSpan();
  const { outbox, waits } = overview;
  return (
    <Panel title={t("admin.queues.title")} size="wide" testId="queues">
      <Scrolls>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t("admin.queues.queue")}</th>
              {COLUMNS.map((name) => (
                <th key={name} scope="col" className={css.right}>
                  {t(`admin.queues.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {overview.queues.map((queue) => (
              <tr key={queue.name} data-testid={`queue-${queue.name}`}>
                <th scope="row">{t(`admin.queues.name.${queue.name}`)}</th>
                {COLUMNS.map((name) => (
                  <td
                    key={name}
                    className={`${css.right} ${name === "dead" && queue.dead > 0 ? "loss" : ""} ${queue[name] === 0 ? css.zero : ""}`}
                    data-testid={`queue-${queue.name}-${name}`}
                  >
                    {queue[name]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      <p className="hint">
        {outbox.owed === 0 && t("admin.queues.idle")}
        {outbox.owed > 0 &&
          (outbox.overdue > 0
            ? t("admin.queues.overdue", { count: outbox.overdue, span: span(outbox.oldest) })
            : t("admin.queues.onTime", { count: outbox.owed }))}
        {Object.entries(waits).map(([reason, count]) => (
          <span key={reason}> · {t(`admin.waits.${reason}`, { count })}</span>
        ))}
      </p>
    </Panel>
  );
}
