import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

type Pack = 'AwsSolutions' | 'Serverless';

/**
 * Accepts a cdk-nag finding below `scope`, with the reason that an auditor will read. Written with its pack before it,
 * the finding stays in the validation report as suppressed; the bare id would hide it.
 */
export function accept(scope: IConstruct, rule: `${Pack}-${string}`, reason: string): void {
  const pack = rule.slice(0, rule.indexOf('-'));
  Validations.of(scope).acknowledge({ id: `${pack}::${rule}`, reason });
}
