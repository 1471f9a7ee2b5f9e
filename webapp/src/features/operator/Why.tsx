import { useTranslation } from "react-i18next";
import css from "./operator.module.css";
import { reasonOf } from "./reason";

/** Why there is no message, or no pin: in words, and as it was told. */
export function Why({ error, testId }: { error: string; testId: string }) {
  const { t } = useTranslation();
  const reason = reasonOf(error);
  return (
    <p className={css.why} data-testid={testId}>
      {t(`operator.why.${reason}`)}
      <span className={`hint ${css.verbatim}`}>{error}</span>
    </p>
  );
}
