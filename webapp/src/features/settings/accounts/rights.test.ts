import { describe, expect, it } from "vitest";
import { isExcess, rightsOf } from "./rights";

describe("what a key may do", () => {
  it("is told in our words, trading first", () => {
    const rights = rightsOf({
      market: ["spot", "futures"],
      permissions: [
        "Wallet.AccountTransfer",
        "Wallet.SubMemberTransfer",
        "ContractTrade.Order",
        "ContractTrade.Position",
        "Spot.SpotTrade",
        "Derivatives.DerivativesTrade",
        "Exchange.ExchangeHistory",
      ],
    });
    expect(rights).toEqual(["futures", "spot", "convert", "transfer"]);
  });

  it("has trade in it only where the server says so: a key may be read-only", () => {
    expect(rightsOf({ market: [], permissions: ["Spot.SpotTrade"] })).toEqual([]);
  });

  it("tells what we have no word for", () => {
    expect(rightsOf({ market: ["spot"], permissions: ["NFT.NFTQueryProductList"] })).toEqual([
      "spot",
      "other",
    ]);
  });

  it("is too much where funds can move away", () => {
    const rights = rightsOf({ market: ["spot"], permissions: ["Wallet.Withdraw"] });
    expect(rights.filter(isExcess)).toEqual(["withdraw"]);
  });
});
