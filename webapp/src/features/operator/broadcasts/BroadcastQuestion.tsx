import { useTranslation } from "react-i18next";
import type { BroadcastPreview } from "@/shared/api/types";
import { ConfirmSheet } from "@/shared/confirm/ConfirmSheet";
import { useFormat } from "@/shared/money/useFormat";
import { Fact, Facts } from "@/shared/ui/Facts";
import css from "../operator.module.css";

interface Props {
  preview: BroadcastPreview;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** The message as it will stand in the chat, and whether it may go there. */
export function BroadcastQuestion({ preview, ...confirm }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { text, thread_id: topic, at, pin, length, chat_id: chat } = preview;
  const what = at === null ? "send" : "schedule";
  return (
    <ConfirmSheet
      title={t("operator.broadcast.question")}
      action={t(`operator.broadcast.${what}`)}
      hold={t(`operator.broadcast.hold.${what}`)}
      detail={t(`operator.broadcast.detail.${pin ? "pinned" : "plain"}`)}
      needsSecret={false}
      isFinal
      {...confirm}
    >
      <p className={css.bubble} data-testid="broadcast-shown">
        {text}
      </p>
      <Facts large>
        <Fact name={t("operator.broadcast.when")}>
          {at === null ? t("operator.broadcast.at.now") : format.moment(at)}
        </Fact>
        <Fact name={t("operator.broadcast.topic")}>{topic ?? t("operator.broadcast.noTopic")}</Fact>
        <Fact name={t("operator.broadcast.chat")}>
          <span className={css.chat}>{chat}</span>
        </Fact>
        <Fact name={t("operator.broadcast.length")}>{length}</Fact>
      </Facts>
    </ConfirmSheet>
  );
}
