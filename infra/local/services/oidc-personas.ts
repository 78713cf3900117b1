/** Somebody whom one may be on this machine. */
export interface Persona {
  /** The id under which the records know them: the token's user name. */
  id: string;
  name: string;
  about: string;
  program: string;
  programName: string;
  /** Whether the program is in the table. */
  isLoaded: boolean;
  role: string;
  /** `stand-in`: of no record, made for this machine. `sample`: of a made-up record. `record`: of a record. */
  kind: 'stand-in' | 'sample' | 'record';
}

/** Names one among all of them: the same person may have a role in two programs. */
export function personaKey({ program, role, id }: Persona): string {
  return `${program}:${role}:${id}`;
}
