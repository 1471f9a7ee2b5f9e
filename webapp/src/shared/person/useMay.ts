import type { Me } from "@/shared/api/types";
import { usePerson } from "./Person";

/** Whether the person holds the permission; `all` holds every other. */
export function useMay(permission: Me["permissions"][number]): boolean {
  const { permissions } = usePerson();
  return permissions.includes("all") || permissions.includes(permission);
}

/** Whether the person writes in the community's name: signals, broadcasts. */
export function useMayOperate(): boolean {
  return useMay("all");
}
