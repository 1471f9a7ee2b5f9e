import { copyTextToClipboard, downloadFile, openLink, shareURL } from "@tma.js/sdk-react";
import { insideTelegram } from "./client";

/** Give text to another app: Telegram's chat list, the device's share sheet, or the clipboard. */
export async function share(text: string, url: string): Promise<"shared" | "copied"> {
  if (insideTelegram() && shareURL.isAvailable()) {
    shareURL(url, text);
    return "shared";
  }
  if (typeof navigator.share === "function") {
    await navigator.share({ text, url });
    return "shared";
  }
  await copyTextToClipboard(`${text}\n${url}`);
  return "copied";
}

export function copy(text: string): Promise<void> {
  return copyTextToClipboard(text);
}

/** Save a file: Telegram's own download where it has one, else the browser's. */
export function saveFile(url: string, name: string): void {
  if (insideTelegram() && downloadFile.isAvailable()) {
    // A person who declines the download needs no message about it.
    void Promise.resolve(downloadFile(url, name)).catch(() => undefined);
    return;
  }
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.rel = "noopener";
  link.click();
}

/** Whether the page can make a file of its own text: Telegram downloads from an address only. */
export function canSaveText(): boolean {
  return !insideTelegram();
}

/** Save a text that must not travel to a server and back. */
export function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  saveFile(url, name);
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A page of somebody else's, outside the app. */
export function visit(url: string): void {
  if (insideTelegram() && openLink.isAvailable()) openLink(url);
  else window.open(url, "_blank", "noopener");
}
