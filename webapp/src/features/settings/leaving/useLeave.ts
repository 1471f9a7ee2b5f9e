import { useLocation } from "wouter";
import { endSession } from "@/shared/api/session";

/** Out, to the first screen: whoever signs in here next has nothing to do with this one. */
export function useLeave(): () => void {
  const [, go] = useLocation();
  return () => {
    endSession();
    go("/", { replace: true });
  };
}
