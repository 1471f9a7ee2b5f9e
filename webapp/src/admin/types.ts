import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];
export type Overview = Schemas["OverviewOut"];
export type Queue = Schemas["QueueOut"];
export type Worker = Schemas["WorkerOut"];
export type Exchange = Schemas["ExchangeOut"];
export type Limits = Schemas["LimitsOut"];
export type AnyJob = Schemas["AnyJob"];
export type Story = Schemas["JobStory"];
export type Entry = Schemas["TimelineEntry"];
export type DeadLetter = Schemas["DeadLetterOut"];
