import { lazy } from "react";
import { initData } from "@/shared/telegram/launch";
import { TelegramSignIn } from "./TelegramSignIn";

const OutsideScreen = lazy(() => import("./outside/OutsideScreen"));

/** Signs in by itself inside Telegram; elsewhere a person says who they are. */
export function SignIn() {
  const telegram = initData();
  if (telegram) return <TelegramSignIn initData={telegram} />;
  return <OutsideScreen />;
}
