import i18next from "i18next";
import createClient, { type Middleware } from "openapi-fetch";
import { ApiProblem, isProblem } from "./problem";
import { noteReach } from "./reach";
import { renewSession } from "./renewal";
import type { paths } from "./schema";
import { getTokens } from "./session";

const language = () => i18next.language || "en";
const bearer = () => `Bearer ${getTokens()?.access_token ?? ""}`;

// A body is read once only: a copy waits for the repeat after a renewal.
const copies = new WeakMap<Request, Request>();

const session: Middleware = {
  onRequest({ request }) {
    if (getTokens()) request.headers.set("Authorization", bearer());
    request.headers.set("Accept-Language", language());
    copies.set(request, request.clone());
    return request;
  },
  async onResponse({ request, response }) {
    const sent = request.headers.get("Authorization");
    const again = copies.get(request);
    if (response.status !== 401 || !sent || !again) return response;
    // Another request may have renewed the session while this one was under way.
    if (!getTokens() || sent === bearer()) {
      const renewal = await renewSession(language());
      if (renewal.kind === "unsaid") return renewal.answer.clone();
      if (renewal.kind === "over") return response;
    }
    again.headers.set("Authorization", bearer());
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
  } catch (error) {
    // Somebody left the screen that asked: that says nothing about the network.
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    noteReach(false);
    throw ownProblem("offline", 0);
  }
  noteReach(true);
  if (result.data !== undefined) return result.data;
  if (result.response.status === 204) return result.data as T;
  if (isProblem(result.error)) throw new ApiProblem(result.error);
  throw ownProblem("unexpected", result.response.status);
}

function ownProblem(code: "offline" | "unexpected", status: number): ApiProblem {
  return new ApiProblem({
    code,
    status,
    title: i18next.t(`errors.${code}.title`),
    detail: i18next.t(`errors.${code}.detail`),
    errors: [],
  });
}
