import { initData, launchParams } from "./launch";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where a link `t.me/bot/app?startapp=…` wants to go, as a path of ours; null for nowhere known. */
export function pathOf(start: string | null): string | null {
  if (start === null) return null;
  const [what = "", id = ""] = start.split(/_(.*)/s, 2);
  if (what === "job" && UUID.test(id)) return `/jobs/${id.toLowerCase()}`;
  return ["restore", "history", "settings", "live"].includes(start) ? `/${start}` : null;
}

/** The path that this launch asked for. */
export function startPath(): string | null {
  const start =
    launchParams().get("tgWebAppStartParam") ??
    new URLSearchParams(initData() ?? "").get("start_param");
  return pathOf(start);
}
