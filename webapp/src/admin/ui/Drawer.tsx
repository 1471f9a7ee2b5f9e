import type { ReactNode } from "react";
import { Dialog } from "@/shared/ui/Dialog";
import css from "../admin.module.css";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  testId: string;
}

/** A dialog along the right edge, over the whole page where that is narrow. */
export function Drawer(props: Props) {
  return <Dialog {...props} className={css.drawer} bodyClassName={css.inside} />;
}
