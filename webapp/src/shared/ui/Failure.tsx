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
  return (
    <div className="failure" role="alert" data-testid="failure">
      <strong>{problem?.title ?? t("errors.unexpected.title")}</strong>
      <p>{problem?.detail ?? t("errors.unexpected.detail")}</p>
      {problem?.errors
        ?.filter((fault) => !toldElsewhere.includes(fault.field))
        .map((fault) => (
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
