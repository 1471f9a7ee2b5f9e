import { problemOf } from "@/shared/api/problem";
import { Failure } from "@/shared/ui/Failure";
import { Icon } from "@/shared/ui/Icon";
import css from "./operator.module.css";
import type { useChannel } from "./useChannel";

/** Why nothing can be written: mostly that there is no chat to write to. */
export function ChannelFault({ channel }: { channel: ReturnType<typeof useChannel> }) {
  const problem = problemOf(channel.error);
  if (channel.error === null) return null;
  if (!channel.isMissing) {
    return channel.chat ? null : (
      <Failure error={channel.error} onRetry={() => void channel.refetch()} />
    );
  }
  return (
    <div className={`card ${css.noChannel}`} role="status" data-testid="no-channel">
      <Icon name="warning" />
      <div>
        <strong>{problem?.title}</strong>
        <p>{problem?.detail}</p>
      </div>
    </div>
  );
}
