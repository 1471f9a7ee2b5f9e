import { describe, expect, it } from "vitest";
import { onlyAsks, stepAfter } from "./step";

describe("what the page of a mail's link asks for", () => {
  it("asks for the password where nobody has shown to be who wanted the link", () => {
    expect(stepAfter(null, "password_required")).toBe("password");
    expect(stepAfter(null, "token_expired")).toBe("password");
  });

  it("asks for the code after the password", () => {
    expect(stepAfter("password", "totp_required")).toBe("code");
  });

  it("keeps asking while other things go wrong", () => {
    expect(stepAfter("password", "bad_credentials")).toBe("password");
    expect(stepAfter("password", "rate_limited")).toBe("password");
    expect(stepAfter("code", "totp_wrong")).toBe("code");
    expect(stepAfter("code", undefined)).toBe("code");
  });

  it("asks for nothing when the link is no longer good", () => {
    expect(stepAfter(null, "link_invalid")).toBeNull();
  });

  it("tells of a wrong password, not of one that was not asked for yet", () => {
    expect(onlyAsks("password_required")).toBe(true);
    expect(onlyAsks("bad_credentials")).toBe(false);
  });
});
