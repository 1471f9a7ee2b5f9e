import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { asCode } from "@/shared/confirm/code";
import { useRefreshMe } from "../useRefreshMe";

/** Each with what it is proved by; what they answer is shown once and kept nowhere. */
export function useTotp() {
  const refresh = useRefreshMe();
  const begin = useMutation({
    mutationFn: (pin: string | null) =>
      unwrap(api.POST("/api/users/totp", { body: pin === null ? {} : { pin } })),
    gcTime: 0,
  });
  const confirm = useMutation({
    mutationFn: (code: string) =>
      unwrap(api.POST("/api/users/totp/confirm", { body: { code: asCode(code) } })),
    gcTime: 0,
    onSuccess: refresh,
  });
  const renew = useMutation({
    mutationFn: (code: string) =>
      unwrap(api.POST("/api/users/totp/recovery-codes", { body: { code } })),
    gcTime: 0,
    onSuccess: refresh,
  });
  const turnOff = useMutation({
    mutationFn: (code: string) => unwrap(api.DELETE("/api/users/totp", { body: { code } })),
    gcTime: 0,
    onSuccess: refresh,
  });
  return { begin, confirm, renew, turnOff };
}
