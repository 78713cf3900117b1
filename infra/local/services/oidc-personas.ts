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

/** So many apprentices of a program are on the sign-in page, which says so. */
export const shownApprentices = 8;

/** Whom one may be: asked anew for each page and each choice. */
export interface People {
  /** Those on the page. */
  recent(): Promise<Persona[]>;
  /** Somebody who is not, by their key; undefined where there is nobody. */
  find(key: string): Promise<Persona | undefined>;
}
