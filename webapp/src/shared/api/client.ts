import i18next from "i18next";
import createClient, { type Middleware } from "openapi-fetch";
import { ApiProblem, isProblem } from "./problem";
import type { paths } from "./schema";
import { getTokens, setTokens } from "./session";

/** Refreshes once at a time, whoever asks. */
let refreshing: Promise<boolean> | null = null;

async function refresh(): Promise<boolean> {
  const tokens = getTokens();
  if (!tokens) return false;
  refreshing ??= (async () => {
    try {
      const answer = await fetch("/api/auth/refresh", {
        method: "POST",
        headers: { Authorization: `Bearer ${tokens.refresh_token}` },
      });
      if (answer.ok) {
        setTokens(await answer.json());
        return true;
      }
      if (answer.status === 401) setTokens(null);
      return false;
    } catch {
      return false;
    } finally {
      refreshing = null;
    }
  })();
  return refreshing;
}

const bodies = new WeakMap<Request, Request>();

const session: Middleware = {
  onRequest({ request }) {
    const tokens = getTokens();
    if (tokens) request.headers.set("Authorization", `Bearer ${tokens.access_token}`);
    request.headers.set("Accept-Language", i18next.language || "en");
    // A body is read once only: keep a copy for the repeat after a refresh.
    bodies.set(request, request.clone());
    return request;
  },
  async onResponse({ request, response }) {
    if (response.status !== 401 || request.url.includes("/api/auth/")) return response;
    if (!(await refresh())) {
      if (!getTokens()) return response;
      setTokens(null);
      return response;
    }
    const again = bodies.get(request);
    if (!again) return response;
    again.headers.set("Authorization", `Bearer ${getTokens()?.access_token ?? ""}`);
    return fetch(again);
  },
};

export const api = createClient<paths>({ baseUrl: location.origin });
api.use(session);

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws ApiProblem for anything else, with the server's own words. */
export async function unwrap<T>(call: Promise<Result<T>>): Promise<T> {
  let result: Result<T>;
  try {
    result = await call;
  } catch {
    throw new ApiProblem({
      code: "offline",
      status: 0,
      title: i18next.t("errors.offline.title"),
      detail: i18next.t("errors.offline.detail"),
      errors: [],
    });
  }
  if (result.data !== undefined) return result.data;
  if (isProblem(result.error)) throw new ApiProblem(result.error);
  throw new ApiProblem({
    code: "unexpected",
    status: result.response.status,
    title: i18next.t("errors.unexpected.title"),
    detail: i18next.t("errors.unexpected.detail"),
    errors: [],
  });
}
