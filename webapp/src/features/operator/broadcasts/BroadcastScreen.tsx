import { useTranslation } from "react-i18next";
import "@/shared/i18n/operator";
import { Screen } from "@/shared/ui/Screen";
import { Skeleton } from "@/shared/ui/Skeleton";
import { ChannelFault } from "../ChannelFault";
import { OperatorTabs } from "../OperatorTabs";
import css from "../operator.module.css";
import { useChannel } from "../useChannel";
import { BroadcastList } from "./BroadcastList";
import { Composer } from "./Composer";

/** Write into the community's chat, and see what became of what was written. */
export default function BroadcastScreen() {
  const { t } = useTranslation();
  const channel = useChannel();
  return (
    <Screen title={t("operator.broadcast.title")} back="/live">
      <OperatorTabs at="broadcast" />
      <div className={css.columns}>
        <div className={css.part}>
          <ChannelFault channel={channel} />
          {channel.isPending && <Skeleton cards={1} />}
          {channel.chat && <Composer liveTopic={channel.chat.thread_id} />}
        </div>
        <BroadcastList />
      </div>
    </Screen>
  );
}
