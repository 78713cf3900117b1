import { type FaultKind, type FaultSource, impossibleBecause } from './faults.ts';

/** One fault by its place: the nth time that a step makes a call, or that the world may play a trick. From 1. */
export type ScriptedFault = { call: string; nth: number; fault: FaultKind } | { trick: string; nth: number };

/** Exactly these faults and no other. Draws nothing, so that a call more or less elsewhere moves none of them. */
export function scriptedFaults(script: readonly ScriptedFault[]): FaultSource & { unplayed(): ScriptedFault[] } {
  const counts = new Map<string, number>();
  const played = new Set<ScriptedFault>();
  let isOn = true;
  const find = (name: string): ScriptedFault | undefined => {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const found = script.find((each) => ('call' in each ? each.call : each.trick) === name && each.nth === nth);
    if (found) played.add(found);
    return found;
  };
  return {
    draw(call) {
      const found = isOn ? find(call) : undefined;
      if (!found || !('call' in found)) return undefined;
      const impossible = impossibleBecause(call, found.fault);
      if (impossible) throw new Error(`${call} × ${found.fault}: ${impossible}`);
      return found.fault;
    },
    chance: (trick) => isOn && find(trick) !== undefined,
    off: () => {
      isOn = false;
    },
    isOff: () => !isOn,
    count: () => played.size,
    unplayed: () => script.filter((each) => !played.has(each)),
  };
}
