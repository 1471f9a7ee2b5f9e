import { describe, expect, it } from "vitest";
import { contrast } from "./colour";
import { themeOf } from "./theme";

const night = {
  bg_color: "#17212B",
  secondary_bg_color: "#232e3c",
  section_bg_color: "#17212b",
  text_color: "#f5f5f5",
  subtitle_text_color: "#708499",
  button_color: "#5288c1",
  button_text_color: "#ffffff",
};
const day = {
  bg_color: "#ffffff",
  secondary_bg_color: "#efeff4",
  text_color: "#000000",
  hint_color: "#8e8e93",
  button_color: "#3390ec",
  button_text_color: "#ffffff",
};

describe("Telegram's theme", () => {
  it("tells dark from light by its surface", () => {
    expect(themeOf(night)?.scheme).toBe("dark");
    expect(themeOf(day)?.scheme).toBe("light");
  });

  it("keeps the colours that can be read", () => {
    expect(themeOf(night)?.colours).toMatchObject({
      "secondary-bg-color": "#232e3c",
      "section-bg-color": "#17212b",
      "text-color": "#f5f5f5",
    });
  });

  it.each([
    ["night", night],
    ["day", day],
    ["grey on grey", { bg_color: "#777777", text_color: "#888888", button_color: "#eeeeee" }],
  ])("%s ends with every text readable", (_, params) => {
    const colours = themeOf(params)?.colours ?? {};
    const of = (name: string) => colours[name] ?? "";
    for (const ground of ["section-bg-color", "secondary-bg-color"]) {
      expect(contrast(of("text-color"), of(ground))).toBeGreaterThan(4.4);
      expect(contrast(of("subtitle-text-color"), of(ground))).toBeGreaterThan(4.4);
    }
    expect(contrast(of("button-text-color"), of("button-color"))).toBeGreaterThanOrEqual(4.5);
  });

  it("is none of ours when it has no background, or no colours", () => {
    expect(themeOf({})).toBeNull();
    expect(themeOf({ bg_color: "red; --x: url(//x)" })).toBeNull();
  });
});
