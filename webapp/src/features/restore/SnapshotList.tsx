import { useTranslation } from "react-i18next";
import { sum } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { MOST } from "@/shared/snapshots/useSnapshots";
import { type Choice, chosenOf, markOf, toggled } from "./choice";
import { type Group, worthOf } from "./groups";
import { legsBySnapshot } from "./plan";
import css from "./restore.module.css";
import { SnapshotGroup } from "./SnapshotGroup";
import { Tick } from "./Tick";
import type { useRestorePlan } from "./useRestorePlan";

interface Props {
  groups: Group[];
  choice: Choice;
  onChoice: (choice: Choice) => void;
  plan: ReturnType<typeof useRestorePlan>;
}

/** Everything that can come back, by the reduce that closed it, and what of it is chosen. */
export function SnapshotList({ groups, choice, onChoice, plan }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const snapshots = groups.flatMap((group) => group.snapshots);
  const listed = snapshots.map(({ id }) => id);
  const chosen = new Set(chosenOf(listed, choice));
  const worth = sum(snapshots.filter(({ id }) => chosen.has(id)).map(worthOf));
  const legs = legsBySnapshot(plan.shown);
  const toggle = (ids: readonly string[]) => onChoice(toggled(listed, choice, ids));

  return (
    <>
      <div className={css.all}>
        <Tick
          label={t("restore.chooseAll")}
          mark={markOf(listed, choice)}
          onToggle={() => toggle(listed)}
          testId="restore-all"
        />
        <strong aria-hidden="true">{t("common.all")}</strong>
        <span className={`hint numbers ${css.end}`}>
          {t("restore.chosen", { chosen: chosen.size, total: listed.length })}
          {chosen.size > 0 && <> · ≈&nbsp;{format.money(worth)}&nbsp;USD</>}
        </span>
      </div>
      {listed.length >= MOST && <p className="notice">{t("restore.most", { most: MOST })}</p>}
      {groups.map((group) => (
        <SnapshotGroup
          key={group.jobId}
          group={group}
          choice={choice}
          onToggle={toggle}
          legs={legs}
          isStale={plan.current === null}
        />
      ))}
    </>
  );
}
