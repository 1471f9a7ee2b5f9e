import { describe, expect, it } from "vitest";
import { reasonOf } from "./reason";

describe("why there is no message", () => {
  it.each([
    ["400: Bad Request: chat not found", "noChat"],
    ["403: Forbidden: bot was kicked from the supergroup chat", "kicked"],
    ["400: Bad Request: message thread not found", "noTopic"],
    ["400: Bad Request: not enough rights to manage pinned messages in the chat", "noRights"],
    ["sendMessage: ReadTimeout", "noAnswer"],
    ["sendMessage: HTTP 502", "noAnswer"],
    ["the worker died under way", "noAnswer"],
    ["it could not be sent in time", "late"],
    ["400: Bad Request: something new", "other"],
  ])("%s", (error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });
});
