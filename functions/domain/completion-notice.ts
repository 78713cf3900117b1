import { addDays, type CivilDate } from './time.ts';

/** A sponsor tells the registration agency of a completion within so many days of it. */
const noticeDays = 45;

export const noticeDueOn = (completedOn: CivilDate): CivilDate => addDays(completedOn, noticeDays);

/** 0 on the last day, and below 0 after it. Whether the notice was given is not in our records. */
export function noticeDaysLeft(completedOn: CivilDate, today: CivilDate): number {
  return Math.round((Date.parse(noticeDueOn(completedOn)) - Date.parse(today)) / dayMilliseconds);
}

const dayMilliseconds = 86_400_000;
