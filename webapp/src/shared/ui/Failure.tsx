import { useTranslation } from "react-i18next";
import { problemOf } from "@/shared/api/problem";

interface Props {
  error: unknown;
  onRetry?: () => void;
  /** Fields whose faults are already told where they were typed. */
  toldElsewhere?: readonly string[];
}

/** What went wrong and what to do, in words; never raw data. */
export function Failure({ error, onRetry, toldElsewhere = [] }: Props) {
  const { t } = useTranslation();
  const problem = problemOf(error);
  const faults = problem?.errors ?? [];
  const untold = faults.filter((fault) => !toldElsewhere.includes(fault.field));
  // What was typed is wrong, and beside each field it says why.
  if (problem?.code === "validation_failed" && faults.length > 0 && untold.length === 0)
    return null;
  return (
    <div className="failure" role="alert" data-testid="failure">
      <strong>{problem?.title ?? t("errors.unexpected.title")}</strong>
      <p>{problem?.detail ?? t("errors.unexpected.detail")}</p>
      {untold.map((fault) => (
        <p key={fault.field + fault.code} className="fault">
          {fault.message}
        </p>
      ))}
      {onRetry && (
        <button type="button" className="plain" onClick={onRetry}>
          {t("errors.retry")}
        </button>
      )}
    </div>
  );
}
