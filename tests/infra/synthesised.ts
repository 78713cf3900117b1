import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { journeypaperApp } from '../../infra/app.ts';

export type Resource<Properties> = {
  Type: string;
  Properties: Properties;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
};

export type Synthesised = {
  outputs: Record<string, { Value: unknown }>;
  /** Resources of a type by logical id; the caller says what it reads of them. */
  ofType<Properties>(type: string): [id: string, resource: Resource<Properties>][];
  all: [id: string, resource: Resource<Record<string, unknown>>][];
  report: ValidationReport;
  /** The ids of the suppressions in the code, each with the path that it stands at. */
  accepted: { id: string; at: string }[];
};

export type ValidationReport = {
  pluginReports: {
    pluginName: string;
    conclusion: string;
    violations: { ruleName: string }[];
    suppressedViolations?: { acknowledgedId: string; acknowledgedAt: string; reason: string }[];
  }[];
};

/** Synthesises the app as deployed, but for the code of its functions; `plant` may break it first. */
export function synthesise(context: Record<string, unknown> = {}, plant?: (stack: Stack) => void): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'journeypaper-infra-'));
  try {
    const app = journeypaperApp({ outdir, context, code: () => Code.fromInline('exports.handler = async () => {}') });
    plant?.(app.node.findChild('Journeypaper') as Stack);
    const [artifact] = app.synth().stacks;
    const template = artifact?.template as {
      Resources: Record<string, Resource<Record<string, unknown>>>;
      Outputs: Synthesised['outputs'];
    };
    const all = Object.entries(template.Resources);
    const accepted = app.node
      .findAll()
      .flatMap(({ node }) =>
        node.metadata
          .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
          .flatMap(({ data }) => Object.keys(data as object).map((id) => ({ id, at: node.path }))),
      );
    return {
      outputs: template.Outputs,
      all,
      ofType: <Properties>(type: string) =>
        all.filter(([, r]) => r.Type === type) as unknown as [string, Resource<Properties>][],
      report: JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as ValidationReport,
      accepted,
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

let asDeployed: Synthesised | undefined;

/** The stack with no setting given, synthesised once for all suites. */
export function deployedStack(): Synthesised {
  asDeployed ??= synthesise();
  return asDeployed;
}

/** A reference of the template as text: `{Ref: X}` is `X`, `{GetAtt: [X, Arn]}` is `X.Arn`, a join is its parts in a row. */
export function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Ref' in value) return String(value.Ref).replace('AWS::', '');
  if ('Fn::GetAtt' in value) return (value['Fn::GetAtt'] as string[]).join('.');
  if ('Fn::Join' in value) return (value['Fn::Join'] as [string, unknown[]])[1].map(flat).join('');
  return JSON.stringify(value);
}

export const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
