import { on, postEvent } from "@tma.js/sdk-react";
import { isColour, luminance, readable } from "./colour";
import { initData, launchParams } from "./launch";

type Scheme = "light" | "dark";

interface Theme {
  scheme: Scheme;
  /** Values for the `--tg-theme-*` properties that the style sheet reads. */
  colours: Record<string, string>;
}

/**
 * Telegram's theme as the page uses it, or null if it gives no background. Hints and buttons are
 * moved as far as they need to be to stay readable: themes are made by anyone.
 */
export function themeOf(params: Record<string, unknown>): Theme | null {
  const given = (name: string) => {
    const value = params[name];
    return isColour(value) ? value.toLowerCase() : undefined;
  };
  const background = given("secondary_bg_color") ?? given("bg_color");
  const surface = given("section_bg_color") ?? given("bg_color") ?? background;
  if (!background || !surface) return null;
  const scheme: Scheme = luminance(surface) < 0.18 ? "dark" : "light";
  const pole = scheme === "dark" ? "#ffffff" : "#000000";
  const grounds = [surface, background];
  const text = readable(given("text_color") ?? pole, grounds, pole);
  const onButton = given("button_text_color") ?? "#ffffff";
  const button = given("button_color") ?? "#1c6dd0";
  const hint = given("subtitle_text_color") ?? given("hint_color") ?? text;
  return {
    scheme,
    colours: {
      "secondary-bg-color": background,
      "section-bg-color": surface,
      "text-color": text,
      "subtitle-text-color": readable(hint, grounds, text),
      "button-color": readable(
        button,
        [onButton],
        luminance(onButton) > 0.18 ? "#000000" : "#ffffff",
      ),
      "button-text-color": onButton,
    },
  };
}

function apply(params: Record<string, unknown>): void {
  const theme = themeOf(params);
  if (!theme) return;
  const root = document.documentElement;
  root.dataset.scheme = theme.scheme;
  for (const [name, colour] of Object.entries(theme.colours)) {
    root.style.setProperty(`--tg-theme-${name}`, colour);
  }
}

function launchTheme(): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(launchParams().get("tgWebAppThemeParams") ?? "{}");
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

/** Inside Telegram: its colours and safe area, now and when they change. Elsewhere: nothing. */
export function followTelegram(): void {
  if (!initData()) return;
  apply(launchTheme());
  try {
    on("theme_changed", ({ theme_params }) => apply(theme_params));
    for (const [event, property] of [
      ["safe_area_changed", "--tg-safe-area-inset"],
      ["content_safe_area_changed", "--tg-content-safe-area-inset"],
    ] as const) {
      on(event, ({ top, bottom }) => {
        document.documentElement.style.setProperty(`${property}-top`, `${top}px`);
        document.documentElement.style.setProperty(`${property}-bottom`, `${bottom}px`);
      });
    }
    postEvent("web_app_ready");
    postEvent("web_app_expand");
    postEvent("web_app_request_safe_area");
    postEvent("web_app_request_content_safe_area");
  } catch {
    // A client that cannot be talked to still shows the page; only its colours stay as launched.
  }
}
