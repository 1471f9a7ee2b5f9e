import { useTranslation } from "react-i18next";
import css from "../admin.module.css";
import type { Entry } from "../types";
import { clock, sincePrevious, toneOf } from "./entry";

/** What happened, one thing after the other. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  return (
    <ol className={css.timeline} data-testid="timeline">
      {entries.map((entry, place) => (
        // Entries are only ever added at the end, or slipped in between as late fills are.
        // biome-ignore lint/suspicious/noArrayIndexKey: two things may be the same to the last word.
        <Row key={place} entry={entry} after={sincePrevious(entries, place)} />
      ))}
    </ol>
  );
}

function Row({ entry, after }: { entry: Entry; after: number | null }) {
  const { t } = useTranslation();
  return (
    <li className={css[toneOf(entry)]} data-testid="entry" data-kind={entry.kind}>
      <div className="row spread wrap">
        <span>
          <strong>{t(`admin.event.${entry.kind}`)}</strong>
          {entry.symbol && (
            <span className={css.of}>
              {" "}
              {entry.symbol}
              {entry.attempt !== null && ` · ${t("admin.story.attempt", { n: entry.attempt })}`}
            </span>
          )}
        </span>
        <span className={`numbers ${css.of}`} title={entry.at}>
          {clock(entry.at)}
          {after !== null && after > 0 && ` +${t("admin.exchange.ms", { value: after })}`}
        </span>
      </div>
      <dl className={css.factlist}>
        {Object.entries(entry.facts).map(([name, value]) => (
          <div key={name}>
            <dt>{t(`admin.fact.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {entry.kind === "sent" && entry.order_link_id && (
          <div>
            <dt>{t("admin.fact.order_link_id")}</dt>
            <dd>{entry.order_link_id}</dd>
          </div>
        )}
      </dl>
    </li>
  );
}
