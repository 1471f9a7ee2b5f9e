import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { PlanLeg } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Icon } from "@/shared/ui/Icon";
import { type Choice, markOf } from "./choice";
import type { Group } from "./groups";
import css from "./restore.module.css";
import { SnapshotRow } from "./SnapshotRow";
import { Tick } from "./Tick";

interface Props {
  group: Group;
  choice: Choice;
  onToggle: (ids: readonly string[]) => void;
  legs: ReadonlyMap<string, PlanLeg>;
  isStale: boolean;
}

/** What one reduce closed: chosen together or one by one. */
export function SnapshotGroup({ group, choice, onToggle, legs, isStale }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const ids = group.snapshots.map(({ id }) => id);
  const when = format.moment(group.at);
  return (
    <section className={`card ${css.group}`} aria-label={when} data-testid="snapshot-group">
      <div className={css.head}>
        <Tick
          label={t("restore.chooseGroup", { when })}
          mark={markOf(ids, choice)}
          onToggle={() => onToggle(ids)}
          testId="choose-group"
        />
        <Link href={`/jobs/${group.jobId}`} className={css.job} data-testid="group-job">
          <span className="grow">
            <h2>{when}</h2>
            <span className="hint numbers">
              {t("book.count", { count: ids.length })} · {format.money(group.worth)}&nbsp;USD
            </span>
          </span>
          <Icon name="chevron" />
        </Link>
      </div>
      <ul className={css.rows}>
        {group.snapshots.map((snapshot) => {
          const mark = markOf([snapshot.id], choice);
          return (
            <SnapshotRow
              key={snapshot.id}
              snapshot={snapshot}
              mark={mark}
              onToggle={() => onToggle([snapshot.id])}
              leg={mark === "all" ? legs.get(snapshot.id) : undefined}
              isStale={isStale}
            />
          );
        })}
      </ul>
    </section>
  );
}
