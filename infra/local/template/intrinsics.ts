import { localAccountId, localRegion } from '../services/loopback.ts';

/** A CloudFormation template as far as we read it. */
export interface Template {
  Parameters?: Record<string, { Type?: string; Default?: unknown }>;
  Conditions?: Record<string, unknown>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value?: unknown }>;
}

export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  Condition?: string;
}

/** What `Ref` and `Fn::GetAtt` of one resource give here. */
export interface Physical {
  ref: string;
  attributes: Record<string, string>;
}

export interface Scope {
  stackName: string;
  template: Template;
  /** Undefined for a resource that is not in the template. */
  physical(logicalId: string): Physical | undefined;
}

/** Something in the template that has no value here. `message` says where and what. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
}

const noValue = Symbol('AWS::NoValue');

/**
 * A template value with its intrinsic functions replaced by what they stand for on this machine: `Ref`, `Fn::GetAtt`, `Fn::Sub`, `Fn::Join`,
 * `Fn::Select`, `Fn::Split`, `Fn::If`, `Fn::FindInMap`, and the conditions' functions. A property that becomes `AWS::NoValue` is left out.
 *
 * @throws Unresolved for any other function, and for what names nothing.
 * @example resolve({ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] }, scope) // 'a-us-east-1'
 */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = resolveAny(value, scope);
  return resolved === noValue ? undefined : resolved;
}

/** Whether a resource or output with this condition exists. */
export function holds(condition: string | undefined, scope: Scope): boolean {
  if (condition === undefined) return true;
  const body = scope.template.Conditions?.[condition];
  if (body === undefined) throw new Unresolved(`condition "${condition}" is not in the template`);
  return resolveAny(body, scope) === true;
}

function resolveAny(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveAny(each, scope)).filter((each) => each !== noValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && isFunctionName(only[0], only[1])) return callFunction(only[0], only[1], scope);
  const kept = entries
    .map(([key, each]) => [key, resolveAny(each, scope)] as const)
    .filter(([, each]) => each !== noValue);
  return Object.fromEntries(kept);
}

/** `Condition` is a function inside conditions, and an ordinary key of a policy statement. */
function isFunctionName(name: string, argument: unknown): boolean {
  return name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof argument === 'string');
}

function callFunction(name: string, argument: unknown, scope: Scope): unknown {
  const list = () => {
    const resolved = resolveAny(argument, scope);
    if (!Array.isArray(resolved)) throw new Unresolved(`${name} takes a list`);
    return resolved as unknown[];
  };
  switch (name) {
    case 'Ref':
      return reference(String(argument), scope);
    case 'Fn::GetAtt':
      return attribute(Array.isArray(argument) ? argument.map(String) : String(argument).split(/\.(.*)/s, 2), scope);
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Join': {
      const [separator, parts] = list();
      return (parts as unknown[]).join(String(separator));
    }
    case 'Fn::Split': {
      const [separator, text] = list();
      return String(text).split(String(separator));
    }
    case 'Fn::Select': {
      const [index, from] = list();
      const chosen = (from as unknown[])[Number(index)];
      if (chosen === undefined) throw new Unresolved(`Fn::Select: there is no element ${index}`);
      return chosen;
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = list().map(String) as [string, string, string];
      const found = scope.template.Mappings?.[map]?.[first]?.[second];
      if (found === undefined) throw new Unresolved(`Fn::FindInMap: nothing at ${map}.${first}.${second}`);
      return found;
    }
    case 'Fn::If': {
      const [condition, yes, no] = argument as [string, unknown, unknown];
      return resolveAny(holds(condition, scope) ? yes : no, scope);
    }
    case 'Fn::Equals': {
      const [a, b] = list();
      return a === b;
    }
    case 'Fn::Not':
      return !list()[0];
    case 'Fn::And':
      return list().every(Boolean);
    case 'Fn::Or':
      return list().some(Boolean);
    case 'Condition':
      return holds(String(argument), scope);
    default:
      throw new Unresolved(`intrinsic function ${name} is not known here`);
  }
}

function reference(name: string, scope: Scope): unknown {
  const pseudo: Record<string, unknown> = {
    'AWS::Region': localRegion,
    'AWS::AccountId': localAccountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': scope.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${localRegion}:${localAccountId}:stack/${scope.stackName}/local`,
    'AWS::NoValue': noValue,
  };
  if (name in pseudo) return pseudo[name];
  const parameter = scope.template.Parameters?.[name];
  if (parameter) {
    if (parameter.Default === undefined)
      throw new Unresolved(`parameter "${name}" has no default, and nobody gives it a value here`);
    return parameter.Default;
  }
  const physical = scope.physical(name);
  if (!physical) throw new Unresolved(`Ref "${name}" names no resource or parameter that is known here`);
  return physical.ref;
}

function attribute([logicalId = '', name = '']: string[], scope: Scope): string {
  const value = scope.physical(logicalId)?.attributes[name];
  if (value === undefined) throw new Unresolved(`Fn::GetAtt "${logicalId}.${name}" is not known here`);
  return value;
}

function substitute(argument: unknown, scope: Scope): string {
  const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
  return text.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in variables) return String(resolveAny(variables[name], scope));
    return String(name.includes('.') ? attribute(name.split(/\.(.*)/s, 2), scope) : reference(name, scope));
  });
}
