import { biometry } from "@tma.js/sdk-react";
import { insideTelegram } from "./client";

/** Whether this device can ask for a finger or a face through Telegram. */
export async function canAskBiometrics(): Promise<boolean> {
  if (!insideTelegram()) return false;
  try {
    if (!biometry.isMounted()) {
      const mounting = biometry.mount.ifAvailable();
      if (!mounting.ok) return false;
      await mounting.data;
    }
    return biometry.isAvailable();
  } catch {
    return false;
  }
}

/** Ask for a finger or a face; false if it was refused or can't be asked. `reason`: one sentence. */
export async function confirmByBiometrics(reason: string): Promise<boolean> {
  if (!(await canAskBiometrics())) return false;
  try {
    const allowed = biometry.requestAccess.ifAvailable({ reason });
    if (!allowed.ok || !(await allowed.data)) return false;
    const asked = biometry.authenticate.ifAvailable({ reason });
    return asked.ok && (await asked.data).status === "authorized";
  } catch {
    return false;
  }
}
