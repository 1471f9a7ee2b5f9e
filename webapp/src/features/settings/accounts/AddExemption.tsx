import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Account } from "@/shared/api/types";
import { Failure } from "@/shared/ui/Failure";
import css from "../settings.module.css";
import { asKept, asSymbol, withExemption } from "./exemptions";
import { useChangeAccount } from "./useChangeAccount";

/** Another symbol that reduces leave alone. The server knows whether it is traded. */
export function AddExemption({ account, busy }: { account: Account; busy: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  const change = useChangeAccount(account);
  const [typed, setTyped] = useState({ symbol: "", kept: "" });
  const [faults, setFaults] = useState({ symbol: false, kept: false });

  function type(part: Partial<typeof typed>) {
    setTyped({ ...typed, ...part });
    setFaults({ symbol: false, kept: false });
    if (change.error) change.reset();
  }
  function add(event: FormEvent) {
    event.preventDefault();
    const symbol = asSymbol(typed.symbol);
    const keep_qty = asKept(typed.kept);
    setFaults({ symbol: symbol === null, kept: keep_qty === undefined });
    if (busy || change.isPending || symbol === null || keep_qty === undefined) return;
    change.mutate(
      { exempt: withExemption(account.exempt, { symbol, keep_qty }) },
      { onSuccess: () => setTyped({ symbol: "", kept: "" }) },
    );
  }

  return (
    <form className={css.add} onSubmit={add} noValidate>
      <div className={css.fields}>
        <label htmlFor={`${id}-symbol`}>{t("settings.symbol")}</label>
        <label htmlFor={`${id}-kept`}>{t("settings.keepLabel")}</label>
        <input
          id={`${id}-symbol`}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="BTCUSDT"
          aria-invalid={faults.symbol}
          value={typed.symbol}
          onChange={(event) => type({ symbol: event.target.value })}
          data-testid="exempt-symbol"
        />
        <input
          id={`${id}-kept`}
          inputMode="decimal"
          autoComplete="off"
          placeholder={t("settings.keepAll")}
          aria-invalid={faults.kept}
          value={typed.kept}
          onChange={(event) => type({ kept: event.target.value })}
          data-testid="exempt-kept"
        />
      </div>
      {(faults.symbol || faults.kept) && (
        <p className="fault" role="alert">
          {faults.symbol ? t("settings.symbolBad") : t("settings.keepBad")}
        </p>
      )}
      {change.error && (
        <Failure error={change.error} toldElsewhere={[`exempt.${account.exempt.length}.symbol`]} />
      )}
      <button
        type="submit"
        className="plain"
        disabled={busy || change.isPending}
        aria-busy={change.isPending}
        data-testid="exempt-add"
      >
        {t("settings.exemptAdd")}
      </button>
    </form>
  );
}
