import { imageHashes } from '../domain/branding.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../domain/completion.ts';
import type { Credential, CredentialRequest } from '../domain/credential.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { rulesOf, sameProgress } from '../domain/evaluation.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import type { IssueRequested } from '../domain/messages.ts';
import type { CertificateTemplate, Program } from '../domain/program.ts';
import type { RequirementProgress } from '../domain/progress.ts';
import { recomputeProgress } from '../domain/recompute.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { IssuePorts } from './issue-ports.ts';

/** All that a certificate stands on, read from the table at one try. */
export type Basis = {
  framework: Framework;
  /** In force now: its roster and policy judge the evidence. */
  program: Program;
  /** As frozen: its branding and words are printed. */
  frozenProgram: Program;
  template: CertificateTemplate;
  /** The frozen program's pictures, by the SHA-256 of their files. */
  images: ReadonlyMap<string, Uint8Array>;
  progress: Record<string, RequirementProgress>;
};

/** Reads it, the evidence strongly consistent and every page of it. */
export async function readBasis(
  ports: Pick<IssuePorts, 'store'>,
  enrollment: Enrollment,
  pending: CredentialRequest,
): Promise<Basis> {
  const { store } = ports;
  const { hashes } = pending.facts;
  const stored = await store.readProgram(enrollment.program);
  const framework = await store.readFramework(enrollment.framework);
  const frozenProgram = await store.readProgramVersion(enrollment.program, hashes.program);
  const template = await store.readTemplate(enrollment.program, hashes.template);
  if (!stored || !framework || !frozenProgram || !template) throw missing('program, template or framework version');
  const images = await readImages(ports, frozenProgram);
  const items = await store.readAllEvidence(enrollment);
  const progress = recomputeProgress(framework, items, rulesOf(enrollment, stored.program));
  return { framework, program: stored.program, frozenProgram, template, images, progress };
}

/** The version of its program that a credential froze. */
export async function frozenProgram(
  { store }: Pick<IssuePorts, 'store'>,
  { program, facts }: Pick<Credential, 'program' | 'facts'>,
): Promise<Program> {
  const version = await store.readProgramVersion(program, facts.hashes.program);
  if (!version) throw missing('program version');
  return version;
}

async function readImages(ports: Pick<IssuePorts, 'store'>, program: Program): Promise<Map<string, Uint8Array>> {
  const images = new Map<string, Uint8Array>();
  for (const hash of imageHashes(program)) {
    const image = await ports.store.readAsset(program.id, hash);
    if (!image) throw missing('picture');
    images.set(hash, image);
  }
  return images;
}

function missing(what: string): AdapterError {
  const message = `the ${what} that the request froze is not in the table`;
  return new AdapterError('issue.basis-missing', message, { retryable: false });
}

/** Everything met, by evidence read just now, exactly as evaluate recorded it. */
export function isIssuable(
  message: IssueRequested,
  enrollment: Enrollment,
  pending: CredentialRequest,
  basis: Basis,
  now: string,
): boolean {
  if (enrollment.status === 'withdrawn') return false;
  const requirements = [...requirementsOf(basis.framework).values()];
  const relevant = requirements.filter(
    (r) => message.achievement === 'completion' || message.achievement === `skill-set:${r.set}`,
  );
  if (relevant.some((r) => !sameProgress(enrollment.progress[r.id], basis.progress[r.id]))) return false;
  const standing: Standing = {
    framework: basis.framework,
    program: basis.program,
    enrolledOn: enrollment.enrolledOn,
    progress: basis.progress,
  };
  const { completedOn } = pending.facts;
  if (message.achievement !== 'completion') {
    const completion = decideSkillSet(standing, message.achievement.slice('skill-set:'.length));
    return completion !== undefined && (pending.replaces !== undefined || completion.on === completedOn);
  }
  if (pending.replaces !== undefined) return stillHolds(standing, completedOn);
  const decision = decideCompletion(standing, now);
  return decision.complete && decision.completion.on === completedOn;
}
