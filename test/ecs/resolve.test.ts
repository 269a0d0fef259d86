import { describe, expect, test } from 'vitest';
import { resolve } from '../../ecs/tools/resolve.ts';
import { loadTemplate } from '../../ecs/tools/template.ts';

/** A template with one resource whose only property is `given`. */
function property(given: string, parameters: Readonly<Record<string, string>> = {}): unknown {
  const template = loadTemplate(
    [
      "AWSTemplateFormatVersion: '2010-09-09'",
      'Description: test',
      'Parameters:',
      "  Text: { Type: String, Default: '' }",
      '  Number: { Type: Number, Default: 7 }',
      "  List: { Type: 'List<AWS::EC2::Subnet::Id>', Default: 'a,b' }",
      'Mappings: { Size: { small: { Cpu: 256 } } }',
      'Conditions:',
      "  HasText: !Not [!Equals [!Ref Text, '']]",
      '  IsSeven: !Equals [!Ref Number, 7]',
      '  Both: !And [!Condition HasText, !Condition IsSeven]',
      '  One: !Or [!Condition HasText, !Condition IsSeven]',
      'Resources:',
      `  Thing: { Type: A::B::C, Properties: { Given: ${given} } }`,
      '  Other: { Type: A::B::C, Condition: HasText }',
      'Outputs: {}',
    ].join('\n'),
  );
  return resolve(template, { parameters, known: { 'Thing.Arn': 'arn:thing' } }).resources['Thing']?.Properties['Given'];
}

describe('a function of CloudFormation', () => {
  test.each([
    ['!Ref Number', 7],
    ['!Ref List', ['a', 'b']],
    ['!Ref AWS::Region', 'eu-west-1'],
    ['!Ref Elsewhere', { Ref: 'Elsewhere' }],
    ['[1, !Ref AWS::NoValue, 2]', [1, 2]],
    ['{ a: !Ref AWS::NoValue, b: 1 }', { b: 1 }],
    ['!GetAtt Thing.Arn', 'arn:thing'],
    ['!GetAtt Queue.End.Port', { 'Fn::GetAtt': ['Queue', 'End.Port'] }],
    ['!If [HasText, yes, no]', 'no'],
    ['!If [IsSeven, yes, no]', 'yes'],
    ['!If [Both, yes, no]', 'no'],
    ['!If [One, yes, no]', 'yes'],
    ['!FindInMap [Size, small, Cpu]', 256],
    ["!Select [1, !Split ['/', a/b/c]]", 'b'],
    ["!Join ['-', [a, !Ref Number]]", 'a-7'],
    ["!Join ['-', [a, !Ref Elsewhere]]", { 'Fn::Join': ['-', ['a', { Ref: 'Elsewhere' }]] }],
    ["!Select [0, !GetAZs '']", { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }],
    ["!Sub 'n-${Number}-${!Literal}-${Thing.Arn}'", 'n-7-${!Literal}-arn:thing'],
    ["!Sub ['${Own}/${Number}', { Own: !If [IsSeven, x, y] }]", 'x/7'],
    ["!Sub 'a-${Elsewhere}'", { 'Fn::Join': ['', ['a-', { Ref: 'Elsewhere' }]] }],
  ])('%s gives what CloudFormation gives', (given, value) => {
    expect(property(given)).toEqual(value);
  });

  test('takes the parameters that are given', () => {
    expect(property('!If [Both, !Ref Text, no]', { Text: 'yes' })).toBe('yes');
  });
});

describe('a template', () => {
  test.each(['{ a: &x 1, b: *x }', '{ a: &x 1 }'])('with the alias or anchor %s is refused', (given) => {
    expect(() => property(given)).toThrow('no YAML anchors and aliases');
  });

  test('that is no YAML is refused', () => {
    expect(() => property('!Sub ${A}:b: c')).toThrow('Unexpected flow-map-start');
  });
});
