import { tabMemory } from "@/shared/storage";

const KEY = "ebb.live";

/** After which event of which stream this tab goes on. */
export interface Place {
  after: number;
  epoch: string | null;
}

export interface Keeper {
  /** Null where nothing has been heard yet. */
  place: () => Place | null;
  begin: (place: Place) => void;
  /** Notes that an event came; false if it had come before. */
  passes: (id: number) => boolean;
}

/** Keeps one person's place for as long as the tab lives. */
export function keepPlace(person: string): Keeper {
  let kept = fromText(tabMemory.read(KEY), person);
  const begin = (place: Place) => {
    kept = place;
    tabMemory.write(KEY, JSON.stringify({ person, ...place }));
  };
  return {
    place: () => kept,
    begin,
    passes(id) {
      if (kept && id <= kept.after) return false;
      begin({ after: id, epoch: kept?.epoch ?? null });
      return true;
    },
  };
}

function fromText(text: string | null, person: string): Place | null {
  if (!text) return null;
  try {
    const { person: whose, after, epoch } = JSON.parse(text);
    if (whose === person && Number.isSafeInteger(after)) {
      return { after, epoch: typeof epoch === "string" ? epoch : null };
    }
  } catch {
    // Somebody else's entry.
  }
  return null;
}
