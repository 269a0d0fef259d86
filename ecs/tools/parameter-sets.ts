const digest = '0123456789abcdef'.repeat(4);
const secret = (name: string): string => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`;

const required = {
  ImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/go-mcp-gitlab@sha256:${digest}`,
  VpcId: 'vpc-0a1b2c3d4e5f60718',
  PublicSubnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d4e5f60719',
  PrivateSubnetIds: 'subnet-0a1b2c3d4e5f60720,subnet-0a1b2c3d4e5f60721',
} as const;
const CertificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';

const sharedListener = {
  ExistingListenerArn:
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/mcp/0123456789abcdef/fedcba9876543210',
  ExistingAlbSecurityGroupId: 'sg-0a1b2c3d4e5f60718',
} as const;

/** Ways to deploy ecs/service.yaml that together take both sides of each of its conditions. */
export const parameterSets = {
  public: { ...required, CertificateArn },
  internal: {
    ...required,
    AlbScheme: 'internal',
    AllowedCidr: '10.0.0.0/8',
    CpuArchitecture: 'X86_64',
    ApiSize: 'large',
    WorkerSize: 'medium',
    ReadOnlyMode: 'true',
    AllowedProjectIds: '42,team/app',
    AlarmEmail: 'operators@example.com',
  },
  shared: {
    ...required,
    ...sharedListener,
    ExistingClusterName: 'mcp-servers',
    BasePath: '/gitlab',
    HostHeader: 'mcp.example.com',
    DomainName: 'mcp.example.com',
    CredentialsSecretArn: secret('mcp/gitlab-AbCdEf'),
    CaBundleSecretArn: secret('mcp/gitlab-ca-AbCdEf'),
    SecretsKmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012',
    GitLabApiUrl: 'https://gitlab.example.com:8443/api/v4',
    GitLabPort: '8443',
    RateLimits: 'api=600/60s,search=off',
  },
  ec2: {
    ...required,
    ...sharedListener,
    ExistingClusterName: 'mcp-servers',
    Ec2CapacityProvider: 'mcp-instances',
    SecretInRotation: 'queue-secret',
  },
  operated: {
    ...required,
    CertificateArn,
    DomainName: 'mcp.example.com',
    HostedZoneId: 'Z0123456789ABCDEFGHIJ',
    AccessLogsBucket: 'example-access-logs',
    EnableExec: 'true',
    SecretInRotation: 'auth-token',
    LogLevel: 'debug',
    AuditLog: 'all',
  },
  oauth: {
    ...required,
    CertificateArn,
    TokenMode: 'user',
    OAuthIssuer: 'https://gitlab.com',
    OAuthApplicationIds: 'a1b2c3',
    PublicUrl: 'https://mcp.example.com',
    AllowedHosts: 'mcp.example.com',
    WorkerSpotWeight: '0',
    UsePipeline: 'true',
    UseMilestone: 'true',
    UseGitLabWiki: 'true',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
