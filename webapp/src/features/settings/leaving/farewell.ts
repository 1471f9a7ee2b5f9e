const WORDS = ["УДАЛИТЬ", "DELETE"];

/** Whether the word was written out, in either language: one may be read, the other typed. */
export function isFarewell(typed: string): boolean {
  return WORDS.includes(typed.trim().toUpperCase());
}
