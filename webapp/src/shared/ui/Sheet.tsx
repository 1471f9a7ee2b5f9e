import type { ReactNode } from "react";
import { useBackButton } from "@/shared/telegram/useBackButton";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  testId?: string;
}

/** A dialog from the bottom edge; "back" leaves it too. */
export function Sheet({ onClose, ...shown }: Props) {
  useBackButton(onClose);
  return <Dialog {...shown} onClose={onClose} className="sheet" bodyClassName="sheet-body" />;
}
