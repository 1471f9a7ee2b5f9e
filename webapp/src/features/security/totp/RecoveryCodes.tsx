import { useTranslation } from "react-i18next";
import { canSaveText, copy, saveText } from "@/shared/telegram/handOver";
import { Icon } from "@/shared/ui/Icon";
import { Sheet } from "@/shared/ui/Sheet";
import { say } from "@/shared/ui/Toast";
import css from "../security.module.css";

const FILE = "ebb-recovery-codes.txt";

/** Shown this once: the server keeps no more than hashes of them. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const text = `${t("security.codes.file")}\n\n${codes.join("\n")}\n`;
  return (
    <Sheet title={t("security.codes.title")} onClose={onClose} testId="recovery-sheet">
      <p>{t("security.codes.text")}</p>
      <ul className={css.codes} data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="row wrap">
        <button
          type="button"
          className="button plain grow"
          onClick={() => void copy(codes.join("\n")).then(() => say(t("common.copied")))}
        >
          <Icon name="copy" /> {t("security.codes.copy")}
        </button>
        {canSaveText() && (
          <button
            type="button"
            className="button plain grow"
            onClick={() => saveText(text, FILE)}
            data-testid="recovery-save"
          >
            <Icon name="download" /> {t("security.codes.save")}
          </button>
        )}
      </div>
      <button type="button" className="main" onClick={onClose} data-testid="recovery-done">
        {t("security.codes.done")}
      </button>
    </Sheet>
  );
}
