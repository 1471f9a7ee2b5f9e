import { mainButton } from "@tma.js/sdk-react";
import { useEffect, useEffectEvent } from "react";
import { insideTelegram } from "./client";

interface Props {
  text: string;
  /** What goes with it: the amount, the account. */
  detail?: string;
  onClick: () => void;
  disabled?: boolean;
  busy?: boolean;
  testId: string;
}

/** The one thing to do on a screen: Telegram's own button below the page, elsewhere ours in it. */
export function MainButton(props: Props) {
  return insideTelegram() ? <TelegramsButton {...props} /> : <PagesButton {...props} />;
}

function TelegramsButton({ text, detail, onClick, disabled = false, busy = false }: Props) {
  const whole = detail ? `${text} · ${detail}` : text;
  const press = useEffectEvent(onClick);
  useEffect(() => {
    mainButton.mount.ifAvailable();
    const off = mainButton.onClick.ifAvailable(() => press());
    return () => {
      if (off.ok) off.data();
      mainButton.setParams.ifAvailable({ isVisible: false, isLoaderVisible: false });
    };
  }, []);
  useEffect(() => {
    mainButton.setParams.ifAvailable({
      text: whole,
      isVisible: true,
      isEnabled: !disabled && !busy,
      isLoaderVisible: busy,
    });
  }, [whole, disabled, busy]);
  return null;
}

function PagesButton({ text, detail, onClick, disabled, busy = false, testId }: Props) {
  return (
    <div className="dock-button">
      <button
        type="button"
        className="main"
        disabled={disabled || busy}
        aria-busy={busy}
        onClick={onClick}
        data-testid={testId}
      >
        {text}
        {detail && <small>{detail}</small>}
      </button>
    </div>
  );
}
