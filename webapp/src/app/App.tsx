import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { SignIn } from "@/features/auth/SignIn";
import { DeskScreen } from "@/features/desk/DeskScreen";
import { isSignedIn, onSessionChange } from "@/shared/api/session";
import type { Me } from "@/shared/api/types";
import { followLanguage } from "@/shared/i18n";
import { Person } from "@/shared/person/Person";
import { useMayOperate } from "@/shared/person/useMay";
import { useMe } from "@/shared/person/useMe";
import { tabMemory } from "@/shared/storage";
import { startPath } from "@/shared/telegram/startParam";
import { useSettingsButton } from "@/shared/telegram/useSettingsButton";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Toasts } from "@/shared/ui/Toast";
import { Header } from "./Header";
import { OfflineBar } from "./OfflineBar";
import { useLiveTab } from "./useLiveTab";
import { useResume } from "./useResume";
import { useSignalNews } from "./useSignalNews";

const ConnectScreen = lazy(() => import("@/features/connect/ConnectScreen"));
const JobScreen = lazy(() => import("@/features/jobs/JobScreen"));
const RestoreScreen = lazy(() => import("@/features/restore/RestoreScreen"));
const HistoryScreen = lazy(() => import("@/features/history/HistoryScreen"));
const SettingsScreen = lazy(() => import("@/features/settings/SettingsScreen"));
const SecurityScreen = lazy(() => import("@/features/security/SecurityScreen"));
const NoticesScreen = lazy(() => import("@/features/security/notices/NoticesScreen"));
const LiveScreen = lazy(() => import("@/features/live/LiveScreen"));
const OperatedSignals = lazy(() => import("@/features/operator/signals/SignalsScreen"));
const BroadcastScreen = lazy(() => import("@/features/operator/broadcasts/BroadcastScreen"));
const VerifyScreen = lazy(() => import("@/features/auth/mail/VerifyScreen"));
const ResetScreen = lazy(() => import("@/features/auth/mail/ResetScreen"));
const FOLLOWED = "ebb.started";

export function App() {
  const signedIn = useSyncExternalStore(onSessionChange, isSignedIn);
  return (
    <main>
      <OfflineBar />
      <Suspense fallback={<Coming />}>
        <Switch>
          <Route path="/verify">
            <VerifyScreen />
          </Route>
          <Route path="/reset">
            <ResetScreen />
          </Route>
          <Route>{signedIn ? <Home /> : <SignIn />}</Route>
        </Switch>
      </Suspense>
      <Toasts />
    </main>
  );
}

function Home() {
  const me = useMe();
  const language = me.data?.settings.language;
  useEffect(() => {
    if (language !== undefined) followLanguage(language);
  }, [language]);
  if (me.error && !me.data) {
    return <Failure error={me.error} onRetry={() => void me.refetch()} />;
  }
  if (!me.data) return <Skeleton />;
  return (
    <Person me={me.data}>
      <Screens me={me.data} />
    </Person>
  );
}

/** A screen whose code is on its way. */
function Coming() {
  return (
    <>
      <h1 className="visually-hidden">Ebb</h1>
      <Skeleton />
    </>
  );
}

/** Where the launch wants to go; once in a tab, or "back" and a reload would be led there again. */
function unfollowedStart(): string | null {
  const path = startPath();
  return path === tabMemory.read(FOLLOWED) ? null : path;
}

function Screens({ me }: { me: Me }) {
  const [path, go] = useLocation();
  const [start] = useState(unfollowedStart);
  useEffect(() => {
    if (!start) return;
    tabMemory.write(FOLLOWED, start);
    go(start, { replace: true });
  }, [start, go]);
  useLiveTab(me.id);
  useSignalNews();
  useSettingsButton(() => go("/settings"));
  const mayOperate = useMayOperate();
  const connected = me.accounts.length > 0;
  useResume(connected && start === null);
  return (
    <>
      {connected && path === "/" && <Header />}
      <Suspense fallback={<Coming />}>
        <Switch>
          <Route path="/connect">
            <ConnectScreen first={!connected} />
          </Route>
          <Route path="/settings">
            <SettingsScreen />
          </Route>
          <Route path="/settings/security">
            <SecurityScreen />
          </Route>
          <Route path="/notices">
            <NoticesScreen />
          </Route>
          <Route path="/live">
            <LiveScreen />
          </Route>
          <Route path="/operator/signals">
            {mayOperate ? <OperatedSignals /> : <Redirect to="/live" replace />}
          </Route>
          <Route path="/operator/broadcast">
            {mayOperate ? <BroadcastScreen /> : <Redirect to="/live" replace />}
          </Route>
          {!connected && <Redirect to="/connect" replace />}
          <Route path="/">
            <DeskScreen />
          </Route>
          <Route path="/jobs/:id">{({ id }) => <JobScreen key={id} id={id} />}</Route>
          <Route path="/restore">
            <RestoreScreen />
          </Route>
          <Route path="/history">
            <HistoryScreen />
          </Route>
          <Redirect to="/" replace />
        </Switch>
      </Suspense>
    </>
  );
}
