import { encode } from "uqr";
import css from "../security.module.css";
import { pathOf } from "./modules";

// Scanners need this much quiet around it, in modules.
const BORDER = 4;

/** A QR code, dark on light whatever the page's colours: many scanners read no other. */
export function Qr({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: BORDER });
  return (
    <svg
      className={css.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
      data-testid="totp-qr"
    >
      <path d={pathOf(data)} fill="#000000" />
    </svg>
  );
}
