import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Screen } from "@/shared/ui/Screen";
import { ExportButton } from "./ExportButton";
import { ExposureCard } from "./ExposureCard";
import { Filters } from "./Filters";
import { EVERYTHING, type Filter } from "./filter";
import css from "./history.module.css";
import { JobList } from "./JobList";
import { RoundTrips } from "./RoundTrips";
import { useHistory } from "./useHistory";

/** What was done so far: exposure over time, what stepping aside came to, every job. */
export default function HistoryScreen() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const history = useHistory(filter);
  return (
    <Screen title={t("history.title")} back="/" actions={<ExportButton filter={filter} />}>
      <Filters filter={filter} onFilter={setFilter} />
      <div className={css.columns}>
        <div className={css.parts}>
          <ExposureCard filter={filter} />
          {history.jobs && <RoundTrips jobs={history.jobs} />}
        </div>
        <JobList history={history} filter={filter} onFilter={setFilter} />
      </div>
    </Screen>
  );
}
