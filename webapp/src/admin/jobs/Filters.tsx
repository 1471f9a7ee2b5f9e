import { useTranslation } from "react-i18next";
import css from "../admin.module.css";
import { SINCE, type Since, STATES, type Wanted } from "./filter";

interface Props {
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

export function Filters({ wanted, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <search className={css.filters}>
      <input
        type="search"
        value={wanted.q}
        maxLength={64}
        placeholder={t("admin.jobs.search")}
        aria-label={t("admin.jobs.search")}
        onChange={(event) => onChange({ ...wanted, q: event.target.value })}
        data-testid="jobs-q"
      />
      <select
        value={wanted.state}
        aria-label={t("admin.jobs.state")}
        onChange={(event) => onChange({ ...wanted, state: event.target.value })}
        data-testid="jobs-state"
      >
        <option value="">{t("admin.jobs.anyState")}</option>
        <option value="open">{t("admin.jobs.open")}</option>
        {STATES.map((state) => (
          <option key={state} value={state}>
            {t(`job.state.${state}`)}
          </option>
        ))}
      </select>
      <select
        value={wanted.kind}
        aria-label={t("admin.jobs.kind")}
        onChange={(event) => onChange({ ...wanted, kind: event.target.value })}
        data-testid="jobs-kind"
      >
        <option value="">{t("admin.jobs.anyKind")}</option>
        <option value="reduce">{t("job.reduce")}</option>
        <option value="restore">{t("job.restore")}</option>
      </select>
      <select
        value={wanted.since}
        aria-label={t("admin.jobs.since")}
        onChange={(event) => {
          const since: Since | undefined = SINCE.find((one) => one === event.target.value);
          if (since) onChange({ ...wanted, since });
        }}
        data-testid="jobs-since"
      >
        {SINCE.map((since) => (
          <option key={since} value={since}>
            {t(`admin.jobs.within.${since}`)}
          </option>
        ))}
      </select>
    </search>
  );
}
