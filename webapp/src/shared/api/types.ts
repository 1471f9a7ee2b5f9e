import type { components } from "./schema";

type Schemas = components["schemas"];
export type Book = Schemas["BookOut"];
export type Position = Schemas["PositionOut"];
export type Plan = Schemas["PlanOut"];
export type PlanLeg = Schemas["PlanLegOut"];
export type Job = Schemas["JobOut"];
export type Leg = Schemas["LegOut"];
export type Snapshot = Schemas["SnapshotOut"];
export type Me = Schemas["Me"];
export type MarketType = "futures" | "spot";
