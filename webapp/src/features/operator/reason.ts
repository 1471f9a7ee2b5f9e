/** What Telegram or we say about a message that is not there, or not pinned: part of it → a word. */
const KNOWN = [
  ["not enough rights", "noRights"],
  ["need administrator rights", "noRights"],
  ["have no rights", "noRights"],
  ["CHAT_ADMIN_REQUIRED", "noRights"],
  ["chat not found", "noChat"],
  ["bot was kicked", "kicked"],
  ["bot is not a member", "kicked"],
  ["thread not found", "noTopic"],
  ["TOPIC_DELETED", "noTopic"],
  ["TOPIC_CLOSED", "topicClosed"],
  ["message to pin not found", "noMessage"],
  ["message to edit not found", "noMessage"],
  ["MESSAGE_ID_INVALID", "noMessage"],
  ["its message is not known", "noMessage"],
  ["message is too long", "tooLong"],
  ["Unauthorized", "noBot"],
  ["the token of this bot is not held", "noBot"],
  ["it could not be sent in time", "late"],
  ["the chat is not set up any more", "unset"],
  ["it was taken back", "withdrawn"],
  ["the worker died under way", "noAnswer"],
  ["Timeout", "noAnswer"],
  ["ConnectionError", "noAnswer"],
  ["HTTP 5", "noAnswer"],
] as const;

export type Reason = (typeof KNOWN)[number][1] | "other";

/** Which of the reasons that we have words for this is. */
export function reasonOf(error: string): Reason {
  const found = KNOWN.find(([part]) => error.toLowerCase().includes(part.toLowerCase()));
  return found?.[1] ?? "other";
}
