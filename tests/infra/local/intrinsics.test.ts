import { expect, test } from 'vitest';
import { holds, resolve, type Scope, type Template } from '../../../infra/local/template/intrinsics.ts';

const template: Template = {
  Parameters: { Stage: { Default: 'test' }, Secret: {} },
  Conditions: { IsTest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] }, IsNot: { 'Fn::Not': [{ Condition: 'IsTest' }] } },
  Mappings: { Sizes: { 'us-east-1': { memory: 256 } } },
  Resources: {},
};
const scope: Scope = {
  stackName: 'Stack',
  template,
  physical: (id) =>
    id === 'Queue' ? { ref: 'http://127.0.0.1:1/queue', attributes: { Arn: 'arn:aws:sqs:x:y:queue' } } : undefined,
};

/** `#{name}` as a template's dollar-brace, which would look like a slip in a plain string. */
const sub = (text: string) => text.replaceAll('#{', '$\u007b');

test.each([
  [{ Ref: 'Queue' }, 'http://127.0.0.1:1/queue'],
  [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:x:y:queue'],
  [{ 'Fn::GetAtt': 'Queue.Arn' }, 'arn:aws:sqs:x:y:queue'],
  [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':', { Ref: 'AWS::Region' }]] }, 'arn:aws:us-east-1'],
  [{ 'Fn::Sub': sub('#{AWS::StackName}/#{Queue.Arn}/#{!literal}') }, sub('Stack/arn:aws:sqs:x:y:queue/#{literal}')],
  [{ 'Fn::Sub': [sub('#{a}-#{Stage}'), { a: { Ref: 'Stage' } }] }, 'test-test'],
  [{ 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
  [{ 'Fn::If': ['IsTest', 'yes', 'no'] }, 'yes'],
  [{ 'Fn::If': ['IsNot', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
  [{ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
  [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'memory'] }, 256],
])('%j is %j', (value, expected) => {
  expect(resolve(value, scope)).toEqual(expected);
});

test.each([
  [{ 'Fn::ImportValue': 'x' }, /Fn::ImportValue is not known/],
  [{ Ref: 'Nobody' }, /"Nobody" names no resource/],
  [{ 'Fn::GetAtt': ['Queue', 'Colour'] }, /"Queue.Colour" is not known/],
  [{ Ref: 'Secret' }, /"Secret" has no default/],
  [{ 'Fn::Select': [3, ['a']] }, /no element 3/],
])('%j has no value here, and says so', (value, message) => {
  expect(() => resolve(value, scope)).toThrow(message);
});

test('a condition that is not in the template is no condition', () => {
  expect(holds('IsTest', scope)).toBe(true);
  expect(() => holds('Unknown', scope)).toThrow(/"Unknown" is not in the template/);
});
