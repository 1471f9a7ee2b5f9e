import type { components } from "@/shared/api/schema";

export type { Overview } from "@/shared/api/types";

type Schemas = components["schemas"];
export type Queue = Schemas["QueueOut"];
export type Worker = Schemas["WorkerOut"];
export type Exchange = Schemas["ExchangeOut"];
export type Limits = Schemas["LimitsOut"];
export type AnyJob = Schemas["AnyJob"];
export type Story = Schemas["JobStory"];
export type Entry = Schemas["TimelineEntry"];
export type DeadLetter = Schemas["DeadLetterOut"];
