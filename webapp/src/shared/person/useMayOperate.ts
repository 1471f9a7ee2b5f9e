import { usePerson } from "./Person";

/** Whether the person writes in the community's name: signals, broadcasts. */
export function useMayOperate(): boolean {
  return usePerson().permissions.includes("all");
}
