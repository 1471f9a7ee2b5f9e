/**
 * What the browser remembers for one tab (`tabMemory`) or for this device (`deviceMemory`).
 * A frame with third-party storage blocked, as Telegram's web clients may be, throws on the mere
 * mention of a storage: there everything is remembered until the page is left.
 */
export interface Memory {
  read(key: string): string | null;
  write(key: string, value: string): void;
  forget(key: string): void;
}

export function memoryOver(open: () => Storage): Memory {
  const kept = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T, instead: T): T => {
    try {
      return use(open());
    } catch {
      return instead;
    }
  };
  return {
    read: (key) => kept.get(key) ?? attempt((storage) => storage.getItem(key), null),
    write(key, value) {
      kept.set(key, value);
      attempt((storage) => storage.setItem(key, value), undefined);
    },
    forget(key) {
      kept.delete(key);
      attempt((storage) => storage.removeItem(key), undefined);
    },
  };
}

export const tabMemory = memoryOver(() => sessionStorage);
export const deviceMemory = memoryOver(() => localStorage);
