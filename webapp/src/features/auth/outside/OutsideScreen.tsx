import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import "@/shared/i18n/signIn";
import { deviceMemory } from "@/shared/storage";
import { Segmented } from "@/shared/ui/Segmented";
import { ApprovalPanel } from "../approval/ApprovalPanel";
import css from "../auth.module.css";
import { EmailPanel } from "../email/EmailPanel";
import { DevSignIn, mayBeSandbox } from "./DevSignIn";
import { Welcome } from "./Welcome";

const WAYS = ["telegram", "email"] as const;
type Way = (typeof WAYS)[number];
const LAST = "ebb.wayIn";

/** The way in from a browser: the bot asks, or a password does. */
export default function OutsideScreen() {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way>(() =>
    deviceMemory.read(LAST) === "email" ? "email" : "telegram",
  );
  useEffect(() => {
    document.title = `${t("signIn.title")} · Ebb`;
  }, [t]);

  function choose(chosen: Way) {
    deviceMemory.write(LAST, chosen);
    setWay(chosen);
  }

  return (
    <Welcome>
      <h1>{t("signIn.title")}</h1>
      <div className={`card ${css.panel}`}>
        <Segmented
          legend={t("signIn.how")}
          options={WAYS.map((value) => ({ value, label: t(`signIn.ways.${value}`) }))}
          value={way}
          onChange={choose}
          testId="sign-in-way"
        />
        {way === "telegram" ? <ApprovalPanel /> : <EmailPanel />}
      </div>
      {mayBeSandbox() && <DevSignIn />}
    </Welcome>
  );
}
