import { Suspense, useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { SignIn } from "@/features/auth/SignIn";
import { isSignedIn, onSessionChange } from "@/shared/api/session";
import { followLanguage } from "@/shared/i18n";
import { useMe } from "@/shared/person/useMe";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Toasts } from "@/shared/ui/Toast";
import { Dashboard } from "./Dashboard";

const NEEDED: readonly string[] = ["all", "operate"];

export function Admin() {
  const signedIn = useSyncExternalStore(onSessionChange, isSignedIn);
  return (
    <>
      <Suspense fallback={<Waiting />}>
        {signedIn ? (
          <Known />
        ) : (
          <main>
            <SignIn />
          </main>
        )}
      </Suspense>
      <Toasts />
    </>
  );
}

/** Whoever it is: an operator, or somebody who has no business here. */
function Known() {
  const { t } = useTranslation();
  const me = useMe();
  const language = me.data?.settings.language;
  useEffect(() => {
    if (language !== undefined) followLanguage(language);
  }, [language]);
  if (!me.data) {
    return me.error ? (
      <main>
        <Failure error={me.error} onRetry={() => void me.refetch()} />
      </main>
    ) : (
      <Waiting />
    );
  }
  if (me.data.permissions.some((permission) => NEEDED.includes(permission))) return <Dashboard />;
  return (
    <main>
      <h1 className="visually-hidden">{t("admin.title")}</h1>
      <Empty icon="shield" title={t("admin.noAccess.title")}>
        <p data-testid="no-access">{t("admin.noAccess.detail")}</p>
        <a className="button plain" href="/">
          {t("admin.toApp")}
        </a>
      </Empty>
    </main>
  );
}

function Waiting() {
  return (
    <main>
      <Skeleton />
    </main>
  );
}
