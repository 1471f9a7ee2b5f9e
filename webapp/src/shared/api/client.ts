import i18next from "i18next";
import createClient, { type Middleware } from "openapi-fetch";
import { ApiProblem, isProblem } from "./problem";
import { noteReach } from "./reach";
import { renewSession } from "./renewal";
import type { paths } from "./schema";
import { isSignedIn } from "./session";
import { stamp } from "./stamp";

const language = () => i18next.language || "en";

// What a renewal may mend; a wrong code or password is a 401 too, and stays one.
const SESSION_CODES: ReadonlySet<string> = new Set([
  "token_expired",
  "unauthenticated",
  "session_ended",
]);

/** A body is read once only: a copy waits for the repeat after a renewal. */
interface Sent {
  again: Request;
  /** What showed who asks. */
  proof: string;
}
const sent = new WeakMap<Request, Sent>();

const session: Middleware = {
  onRequest({ request }) {
    const proof = stamp(request.headers);
    request.headers.set("Accept-Language", language());
    if (proof !== null) sent.set(request, { again: request.clone(), proof });
    return request;
  },
  async onResponse({ request, response }) {
    const before = sent.get(request);
    if (response.status !== 401 || !before || !(await isOutlived(response))) return response;
    const { again, proof } = before;
    // Another request may have renewed the session while this one was under way.
    if (!isSignedIn() || stamp(again.headers) === proof) {
      const renewal = await renewSession(language());
      if (renewal.kind === "unsaid") return renewal.answer.clone();
      if (renewal.kind === "over") return response;
    }
    stamp(again.headers);
    return fetch(again);
  },
};

async function isOutlived(response: Response): Promise<boolean> {
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return !isProblem(problem) || SESSION_CODES.has(problem.code);
}

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
