import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { isEnded } from "@/shared/api/jobs";
import { problemOf } from "@/shared/api/problem";
import type { Job } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Screen } from "@/shared/ui/Screen";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Ended } from "./Ended";
import { Running } from "./Running";
import { titleOf } from "./receiptText";
import { UndoWindow } from "./UndoWindow";
import { useCancel } from "./useCancel";
import { useCountdown } from "./useCountdown";
import { useEnding } from "./useEnding";
import { useJob } from "./useJob";

/** A job from the moment it was accepted: the seconds to take it back, its legs, its receipt. */
export default function JobScreen({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const query = useJob(id);
  const job = query.data;
  useEnding(job);
  // Polling goes on by itself, so there is a reason long before there is a final error.
  const trouble = query.error ?? query.failureReason;
  if (job) {
    return (
      <Screen title={titleOf(job, { t, format })} back="/">
        <Followed job={job} trouble={trouble} knownAt={query.dataUpdatedAt} />
      </Screen>
    );
  }
  const gone = problemOf(trouble)?.status === 404;
  return (
    <Screen title={t("job.title.unknown")} back="/">
      {gone && (
        <Empty icon="history" title={t("job.gone")}>
          <p>{t("job.goneHint")}</p>
          <Link href="/" className="button">
            {t("job.home")}
          </Link>
        </Empty>
      )}
      {!gone && trouble && (
        <Failure
          error={trouble}
          onRetry={() => void queries.resetQueries({ queryKey: ["job", id] })}
        />
      )}
      {!trouble && <Skeleton cards={2} />}
    </Screen>
  );
}

interface Props {
  job: Job;
  trouble: unknown;
  knownAt: number;
}

function Followed({ job, trouble, knownAt }: Props) {
  const cancel = useCancel(job.id);
  const undo = useCountdown(job);
  if (isEnded(job)) return <Ended job={job} />;
  if (undo.left > 0) return <UndoWindow job={job} undo={undo} cancel={cancel} />;
  return <Running job={job} cancel={cancel} trouble={trouble} knownAt={knownAt} />;
}
