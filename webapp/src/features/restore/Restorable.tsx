import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MarketType } from "@/shared/api/types";
import { useSnapshots } from "@/shared/snapshots/useSnapshots";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Refreshable } from "@/shared/ui/Refreshable";
import { Skeleton } from "@/shared/ui/Skeleton";
import { restoreBody, type Terms } from "./body";
import { type Choice, chosenOf } from "./choice";
import { grouped } from "./groups";
import { RestoreDock } from "./RestoreDock";
import css from "./restore.module.css";
import { SnapshotList } from "./SnapshotList";
import { useRestorePlan } from "./useRestorePlan";

const AT_FIRST: Terms = {
  percent: "100",
  guard: { kind: "off", typed: "1" },
  setLeverage: false,
};

/** One book's snapshots beside the terms on which they come back. */
export function Restorable({ accountId, market }: { accountId: string; market: MarketType }) {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<Choice>(null);
  const [terms, setTerms] = useState(AT_FIRST);
  const snapshots = useSnapshots(accountId, market);
  const groups = grouped(snapshots.data ?? []);
  const listed = groups.flatMap((group) => group.snapshots.map(({ id }) => id));
  const chosen = chosenOf(listed, choice);
  const body = restoreBody(market, accountId, chosen, terms);
  const plan = useRestorePlan(body);

  return (
    <div className={css.columns}>
      <div className={css.list}>
        <Refreshable onRefresh={() => snapshots.refetch()}>
          {snapshots.error && (
            <Failure error={snapshots.error} onRetry={() => void snapshots.refetch()} />
          )}
          {snapshots.isPending && <Skeleton label={t("restore.loading")} />}
          {snapshots.data && listed.length === 0 && (
            <Empty icon="restore" title={t("restore.empty")}>
              <p>{t("restore.emptyHint")}</p>
            </Empty>
          )}
          {listed.length > 0 && (
            <SnapshotList groups={groups} choice={choice} onChoice={setChoice} plan={plan} />
          )}
        </Refreshable>
      </div>
      {listed.length > 0 && (
        <RestoreDock
          body={body}
          plan={plan}
          terms={terms}
          onTerms={setTerms}
          market={market}
          isNothingChosen={chosen.length === 0}
        />
      )}
    </div>
  );
}
