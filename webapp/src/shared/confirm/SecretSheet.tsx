import type { ReactNode } from "react";
import { Sheet } from "@/shared/ui/Sheet";
import { SecretForm } from "./SecretForm";
import type { Method, Secret } from "./secret";

interface Props {
  title: string;
  children?: ReactNode;
  methods: readonly Method[];
  action: string;
  busy: boolean;
  error: unknown;
  onSend: (secret: Secret) => void;
  onClose: () => void;
}

/** The question for the PIN or a code on its own, before something about them changes. */
export function SecretSheet({ title, children, onClose, ...form }: Props) {
  return (
    <Sheet title={title} onClose={onClose} testId="secret-sheet">
      {children}
      <SecretForm {...form} />
    </Sheet>
  );
}
