import { haptics } from "@/shared/telegram/haptics";
import type { Mark } from "./choice";
import css from "./restore.module.css";

interface Props {
  label: string;
  mark: Mark;
  onToggle: () => void;
  testId: string;
}

/** A check box over one or several: all, none, or a dash for some. */
export function Tick({ label, mark, onToggle, testId }: Props) {
  return (
    <label className={css.tick}>
      <span className="visually-hidden">{label}</span>
      <input
        type="checkbox"
        checked={mark === "all"}
        ref={(box) => {
          if (box) box.indeterminate = mark === "some";
        }}
        onChange={() => {
          haptics.selection();
          onToggle();
        }}
        data-testid={testId}
      />
    </label>
  );
}
