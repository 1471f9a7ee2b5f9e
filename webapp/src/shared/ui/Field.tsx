import { type ReactElement, useId } from "react";
import { problemOf } from "@/shared/api/problem";

interface Described {
  id: string;
  name: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

interface Props {
  /** Its name in the API, which is also how the API names it in a refusal. */
  name: string;
  label: string;
  hint?: string;
  error: unknown;
  children: (described: Described) => ReactElement;
}

/** A labelled input that tells what the server found wrong with it. */
export function Field({ name, label, hint, error, children }: Props) {
  const id = useId();
  const faults = problemOf(error)?.errors?.filter((fault) => fault.field === name) ?? [];
  const wrong = faults.length > 0;
  const described = [hint && `${id}-hint`, wrong && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        name,
        "aria-invalid": wrong,
        "aria-describedby": described || undefined,
      })}
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {wrong && (
        <p id={`${id}-fault`} className="fault" role="alert">
          {faults.map((fault) => fault.message).join(" ")}
        </p>
      )}
    </div>
  );
}
