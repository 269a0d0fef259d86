interface Acknowledged {
  readonly rule: string;
  /** The resource it is found at; every one where it is left out. */
  readonly resource?: string;
  readonly reason: string;
}

/** Findings of cfn-lint and of AWS's validator that are right and wanted so. One that is no longer found fails the check. */
export const acknowledged: readonly Acknowledged[] = [
  {
    rule: 'W1030',
    resource: 'ApiFromAlb',
    reason: 'ExistingAlbSecurityGroupId is empty only where ExistingListenerArn is, and then not read: a template rule',
  },
  {
    rule: 'W9003',
    reason: 'numbers that become environment variables: CloudFormation itself hands on a number parameter as a text',
  },
  {
    rule: 'W9002',
    resource: 'ApiRule',
    reason: 'an ARN that the deployer gave as ExistingListenerArn looks written down once it is resolved',
  },
  {
    rule: 'W9013',
    resource: 'ApiRule',
    reason: 'an account id in an ARN that the deployer gave as ExistingListenerArn',
  },
];
