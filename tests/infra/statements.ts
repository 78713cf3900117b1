import { flat, list, type Synthesised } from './synthesised.ts';

type Document = { Statement: RawStatement[] };
type RawStatement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource?: unknown;
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};

/** One statement of any policy in the template. */
export type Statement = {
  /** Logical id of the policy, or of the key or role whose own policy it is. */
  policy: string;
  type: string;
  /** Logical ids of the roles that a role's policy is attached to. */
  roles: string[];
  allow: boolean;
  actions: string[];
  resources: string[];
  principal: unknown;
  condition: Record<string, Record<string, unknown>>;
};

/** Every statement of every policy: of roles, managed policies, keys, queues, topics and buckets. */
export function statementsOf(stack: Synthesised): Statement[] {
  return stack.all.flatMap(([policy, { Type, Properties = {} }]) => {
    const documents = [Properties.PolicyDocument, Properties.KeyPolicy, Properties.AssumeRolePolicyDocument];
    // A user pool has a property of this name too, which is none of these.
    const inline = Array.isArray(Properties.Policies)
      ? (Properties.Policies as { PolicyDocument: Document }[]).map((p) => p.PolicyDocument)
      : [];
    const all = [...(documents.filter(Boolean) as Document[]), ...inline];
    return all
      .flatMap((document) => document.Statement)
      .map((s) => ({
        policy,
        type: Type,
        roles: list(Properties.Roles as unknown[]).map(flat),
        allow: s.Effect === 'Allow',
        actions: list(s.Action),
        resources: list(s.Resource).map(flat),
        principal: s.Principal,
        condition: s.Condition ?? {},
      }));
  });
}
