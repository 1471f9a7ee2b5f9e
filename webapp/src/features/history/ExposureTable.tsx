import { useTranslation } from "react-i18next";
import type { Exposure } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";

const LATEST = 10;

/** The end of the chart for those who do not see it. */
export function ExposureTable({ exposure }: { exposure: Exposure }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="visually-hidden">
      <table>
        <caption>{t("history.latest")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("history.when")}</th>
            <th scope="col">{t("side.long")}, USD</th>
            <th scope="col">{t("side.short")}, USD</th>
          </tr>
        </thead>
        <tbody>
          {exposure.items.slice(-LATEST).map(({ at, long_value, short_value }) => (
            <tr key={at}>
              <th scope="row">{format.moment(at)}</th>
              <td>{format.money(long_value)}</td>
              <td>{format.money(short_value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
