/** A code as it was meant: people type "123 456" and "abcd efgh". */
export function asCode(typed: string): string {
  return typed.replace(/\s/g, "");
}

/** A PIN may be four to eight digits. */
export function isPin(typed: string): boolean {
  return /^\d{4,8}$/.test(typed);
}

/** What of it a PIN can have. */
export function digitsOf(typed: string): string {
  return typed.replace(/[^0-9]/g, "");
}

/** In groups of four, as one reads it out or types it off. */
export function inFours(text: string): string {
  return (
    text
      .replace(/\s/g, "")
      .match(/.{1,4}/g)
      ?.join(" ") ?? ""
  );
}
