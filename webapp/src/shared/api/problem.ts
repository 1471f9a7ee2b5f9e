/** What is wrong with one field of a request. */
export interface Fault {
  field: string;
  code: string;
  message: string;
}

/** A refusal as the API tells it (RFC 9457), in the reader's language. */
export interface Problem {
  code: string;
  status: number;
  title: string;
  detail: string;
  errors?: Fault[];
  /** With `confirmation_required`: by what the person can confirm. */
  methods?: string[];
}

export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    "title" in value &&
    "detail" in value
  );
}

/** What to show for any error a query or mutation ended with. */
export function problemOf(error: unknown): Problem | null {
  return error instanceof ApiProblem ? error.problem : null;
}
