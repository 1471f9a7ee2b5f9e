import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/money/useFormat";
import css from "../admin.module.css";
import type { Entry } from "../types";
import { shownAs } from "./facts";

/** One fact in the reader's language; codes and ids as they are, behind the sentence for them. */
export function FactValue({ entry, name, value }: { entry: Entry; name: string; value: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = shownAs(entry, name, value);
  switch (shown.as) {
    case "word":
      // A word that a newer server says is told as it is.
      return <dd>{t(shown.key, { defaultValue: value })}</dd>;
    case "number":
      return <dd>{format.number(value)}</dd>;
    case "moment":
      return <dd>{format.moment(value, true)}</dd>;
    case "fee": {
      const [amount = "0", coin = ""] = value.split(" ");
      return <dd>{`${format.number(amount)} ${coin}`}</dd>;
    }
    default:
      return (
        <dd>
          {isSaid(entry, name) && `${entry.text} `}
          <span className={name === "message" ? undefined : css.mono}>{value}</span>
        </dd>
      );
  }
}

/** Whether the entry's sentence is about this fact. */
function isSaid({ text, facts }: Entry, name: string): boolean {
  return text !== null && name === ("reason" in facts ? "reason" : "code");
}
