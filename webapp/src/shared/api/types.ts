import type { components } from "./schema";

type Schemas = components["schemas"];
export type Account = Schemas["AccountOut"];
export type Book = Schemas["BookOut"];
export type Position = Schemas["PositionOut"];
export type Plan = Schemas["PlanOut"];
export type PlanLeg = Schemas["PlanLegOut"];
export type Job = Schemas["JobOut"];
export type JobSummary = Schemas["JobSummary"];
export type Leg = Schemas["LegOut"];
export type Receipt = Schemas["Receipt"];
export type RoundTrip = Schemas["RoundTrip"];
export type Snapshot = Schemas["SnapshotOut"];
export type Me = Schemas["Me"];
export type Settings = Me["settings"];
export type MarketType = "futures" | "spot";
export type Exposure = Schemas["ExposureOut"];
export type Verification = Schemas["Verification"];
