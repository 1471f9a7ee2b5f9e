import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/money/useFormat";
import css from "../admin.module.css";
import type { Entry } from "../types";
import { useSpan } from "../ui/useSpan";
import { beginsDay, clock, sincePrevious, toneOf } from "./entry";
import { FactValue } from "./FactValue";
import { listed, titleOf } from "./facts";

/** From here on a gap is told in seconds, minutes or hours. */
const LONG_MS = 10_000;

/** What happened, one thing after the other. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  return (
    <ol className={css.timeline} data-testid="timeline">
      {entries.map((entry, place) => (
        <Row
          // Entries are only ever added at the end, or slipped in between as late fills are.
          // biome-ignore lint/suspicious/noArrayIndexKey: two things may be the same to the last word.
          key={place}
          entry={entry}
          after={sincePrevious(entries, place)}
          dated={beginsDay(entries, place)}
        />
      ))}
    </ol>
  );
}

interface Props {
  entry: Entry;
  /** Milliseconds since the one before. */
  after: number | null;
  /** Whether a day begins with it. */
  dated: boolean;
}

function Row({ entry, after, dated }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const span = useSpan();
  const gap = (ms: number) =>
    ms < LONG_MS ? t("admin.exchange.ms", { value: ms }) : span(ms / 1000);
  return (
    <li className={css[toneOf(entry)]} data-testid="entry" data-kind={entry.kind}>
      {dated && <time className={css.of}>{format.date(entry.at)}</time>}
      <div className="row spread wrap">
        <span>
          <strong>{t(titleOf(entry))}</strong>
          {entry.symbol && (
            <span className={css.of}>
              {" "}
              {entry.symbol}
              {entry.attempt !== null && ` · ${t("admin.story.attempt", { n: entry.attempt })}`}
            </span>
          )}
        </span>
        <span className={`numbers ${css.of}`} title={format.moment(entry.at, true)}>
          {clock(entry.at)}
          {after !== null && after > 0 && ` +${gap(after)}`}
        </span>
      </div>
      <dl className={css.factlist}>
        {listed(entry).map(([name, value]) => (
          <div key={name}>
            <dt>{t(`admin.fact.${name}`)}</dt>
            <FactValue entry={entry} name={name} value={value} />
          </div>
        ))}
        {entry.kind === "sent" && entry.order_link_id && (
          <div>
            <dt>{t("admin.fact.order_link_id")}</dt>
            <dd className={css.mono}>{entry.order_link_id}</dd>
          </div>
        )}
      </dl>
    </li>
  );
}
