import { useState } from "react";
import { useTranslation } from "react-i18next";
import { inFours } from "@/shared/confirm/code";
import { copy } from "@/shared/telegram/handOver";
import { CodeField } from "@/shared/ui/CodeField";
import { Failure } from "@/shared/ui/Failure";
import { Icon } from "@/shared/ui/Icon";
import { Sheet } from "@/shared/ui/Sheet";
import { Submit } from "@/shared/ui/Submit";
import { say } from "@/shared/ui/Toast";
import css from "../security.module.css";
import { Qr } from "./Qr";

interface Props {
  offer: { secret: string; otpauth_url: string };
  busy: boolean;
  error: unknown;
  onCode: (code: string) => void;
  onClose: () => void;
}

/** Brings the secret into an authenticator, and takes its first code. */
export function Enrol({ offer, busy, error, onCode, onClose }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  return (
    <Sheet title={t("security.totp.begin")} onClose={onClose} testId="totp-sheet">
      <div className={css.steps}>
        <p>{t("security.totp.add")}</p>
        <div className={css.scan}>
          <Qr text={offer.otpauth_url} label={t("security.totp.qr")} />
        </div>
        <a href={offer.otpauth_url} className={`button plain ${css.tap}`}>
          {t("security.totp.open")}
        </a>
        <div className="row spread">
          <span className="grow">
            <span className="hint">{t("security.totp.secret")}</span>
            <span className={css.secret} data-testid="totp-secret">
              {inFours(offer.secret)}
            </span>
          </span>
          <button
            type="button"
            className="icon"
            aria-label={t("security.totp.copySecret")}
            onClick={() => void copy(offer.secret).then(() => say(t("common.copied")))}
          >
            <Icon name="copy" />
          </button>
        </div>
      </div>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          onCode(typed);
        }}
      >
        <CodeField
          label={t("security.totp.code")}
          error={error}
          takes="app"
          placeholder="123 456"
          value={typed}
          onChange={setTyped}
          testId="totp-code"
        />
        {Boolean(error) && <Failure error={error} toldElsewhere={["code"]} />}
        <Submit busy={busy} testId="totp-confirm">
          {t("security.totp.confirm")}
        </Submit>
      </form>
    </Sheet>
  );
}
