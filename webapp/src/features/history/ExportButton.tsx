import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";
import { saveFile } from "@/shared/telegram/handOver";
import { Icon } from "@/shared/ui/Icon";
import { say } from "@/shared/ui/Toast";
import { type Filter, queryOf } from "./filter";
import css from "./history.module.css";

/** The listed jobs as a CSV file, one row a leg. */
export function ExportButton({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const save = useMutation({
    mutationFn: () => unwrap(api.POST("/api/jobs/export", { body: queryOf(filter) })),
    onSuccess: ({ url, file_name }) => saveFile(url, file_name),
    onError: (error) => say(problemOf(error)?.title ?? t("errors.unexpected.title")),
  });
  return (
    <button
      type="button"
      className={`plain ${css.export}`}
      aria-label={t("history.export")}
      aria-disabled={save.isPending}
      aria-busy={save.isPending}
      onClick={() => !save.isPending && save.mutate()}
      data-testid="export"
    >
      <Icon name="download" />
      CSV
    </button>
  );
}
