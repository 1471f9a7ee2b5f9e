import { describe, expect, it } from "vitest";
import { fromText } from "./asked";

const asked = { id: "1", number: "42", phone: "+79161234567", until: 1000 };

describe("a request that a reloaded page finds", () => {
  it("goes on while its time does", () => {
    expect(fromText(JSON.stringify(asked), 999)).toEqual(asked);
    expect(fromText(JSON.stringify(asked), 1000)).toBeNull();
  });

  it.each([null, "", "{", "[]", '{"id":"1"}', '{"id":1,"number":"1","phone":"1","until":9}'])(
    "is none in %j",
    (text) => {
      expect(fromText(text, 0)).toBeNull();
    },
  );
});
