export type StopMatcher = {
  /** Text that can be shown now; `stopped` once a stop string is complete (it and all after it are dropped). */
  push: (text: string) => { emit: string; stopped: boolean };
  /** The rest, when generation ends without a stop string. */
  flush: () => string;
};

/** Watch a stream for stop strings, holding back only the longest tail that could still become one. */
export function stopMatcher(stops: readonly string[]): StopMatcher {
  const wanted = stops.filter((stop) => stop !== "");
  let held = "";
  return {
    push: (text) => {
      held += text;
      const found = firstMatch(held, wanted);
      if (found >= 0) {
        const emit = held.slice(0, found);
        held = "";
        return { emit, stopped: true };
      }
      const keep = partialLength(held, wanted);
      const emit = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { emit, stopped: false };
    },
    flush: () => {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

function firstMatch(text: string, stops: readonly string[]) {
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

function partialLength(text: string, stops: readonly string[]) {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}
