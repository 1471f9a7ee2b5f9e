import { useState } from "react";
import { useTranslation } from "react-i18next";
import { deviceMemory } from "@/shared/storage";
import { Segmented } from "@/shared/ui/Segmented";
import { ApprovalPanel } from "../approval/ApprovalPanel";
import css from "../auth.module.css";
import { EmailPanel } from "../email/EmailPanel";
import { firstOf, type Way } from "./ways";

const LAST = "ebb.wayIn";

/** The ways that there are, one at a time. */
export function WaysPanel({ ways }: { ways: readonly Way[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(() => firstOf(ways, deviceMemory.read(LAST)));
  if (chosen === undefined) return null;

  function choose(way: Way) {
    deviceMemory.write(LAST, way);
    setChosen(way);
  }

  return (
    <div className={`card ${css.panel}`}>
      {ways.length > 1 && (
        <Segmented
          legend={t("signIn.how")}
          options={ways.map((value) => ({ value, label: t(`signIn.ways.${value}`) }))}
          value={chosen}
          onChange={choose}
          testId="sign-in-way"
        />
      )}
      {chosen === "telegram" ? <ApprovalPanel /> : <EmailPanel />}
    </div>
  );
}
