const startSlots = 1 << 14;
/** 2^23 slots of 8 bytes: 64 MiB, about 5.9 million different rows. */
const maxSlots = 1 << 23;
const fullAt = 0.7;

/**
 * Remember rows by the first 64 bits of their sha256 in bounded memory (open addressing, 8 bytes a slot).
 * Two different rows share 64 bits with probability n²/2⁶⁵: one in a million at six million rows.
 * Past the limit no new row is remembered, so duplicates are then a lower bound and `exact` is false.
 */
export function createSeenRows(limit = maxSlots) {
  let slots = Math.min(startSlots, limit);
  let table = new Uint32Array(slots * 2);
  let used = 0;
  let exact = true;

  /** Where this pair is, or the empty slot where it belongs. */
  function find(high: number, low: number): number {
    let slot = low & (slots - 1);
    for (;;) {
      const a = table[slot * 2];
      const b = table[slot * 2 + 1];
      if ((a === 0 && b === 0) || (a === high && b === low)) return slot;
      slot = (slot + 1) & (slots - 1);
    }
  }

  function grow() {
    const old = table;
    slots *= 2;
    table = new Uint32Array(slots * 2);
    for (let i = 0; i < old.length; i += 2) {
      const high = old[i] ?? 0;
      const low = old[i + 1] ?? 0;
      if (high !== 0 || low !== 0) put(find(high, low), high, low);
    }
  }

  function put(slot: number, high: number, low: number) {
    table[slot * 2] = high;
    table[slot * 2 + 1] = low;
  }

  return {
    /** Has this row been here before? Remembers it if not. */
    add(high: number, low: number): boolean {
      // all zero means empty; the one hash that is all zero moves by one
      const lowOrOne = high === 0 && low === 0 ? 1 : low;
      const slot = find(high, lowOrOne);
      if (table[slot * 2] !== 0 || table[slot * 2 + 1] !== 0) return true;
      if (used >= slots * fullAt) {
        if (slots * 2 > limit) {
          exact = false;
          return false;
        }
        grow();
        put(find(high, lowOrOne), high, lowOrOne);
      } else put(slot, high, lowOrOne);
      used++;
      return false;
    },
    isExact: () => exact,
  };
}
