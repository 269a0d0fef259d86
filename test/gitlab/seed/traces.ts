const escape = '\u001B[';
const green = `${escape}32;1m`;
const red = `${escape}31;1m`;
const reset = `${escape}0;m`;
const clear = `${escape}0K`;

/** A section as the runner marks it. */
function section(name: string, title: string, output: readonly string[]): readonly string[] {
  return [
    `section_start:1767603600:${name}\r${clear}${escape}36;1m${title}${reset}`,
    ...output,
    `section_end:1767603660:${name}\r${clear}`,
  ];
}

const prologue = [
  `${clear}Running with gitlab-runner 18.5.0 (bda84871)${reset}`,
  ...section('prepare_executor', 'Preparing the "docker" executor', ['Using Docker executor with image node:20 ...']),
  ...section('get_sources', 'Getting source from Git repository', [
    'Checking out 5f3c9f1d as detached HEAD (ref is main)...',
  ]),
];

/** A short log of a job that went well. */
export function plainTrace(job: string): string {
  const steps = section('step_script', 'Executing "step_script" stage of the job script', [
    `${green}$ npm run ${job}${reset}`,
    `> app@1.1.0 ${job}`,
    'done in 12.3s',
  ]);
  return lines([...prologue, ...steps, `${green}Job succeeded${reset}`]);
}

/** A test run of 300 lines; where it fails, it says why near the end. */
export function testTrace(fails: boolean): string {
  const tests = Array.from(
    { length: 280 },
    (_, index) => ` ✓ test/module-${String(index + 1).padStart(3, '0')}.test.ts (3 tests) 12ms`,
  );
  const failure = [
    `${red} FAIL  test/login.test.ts > login > accepts umlauts${reset}`,
    'AssertionError: expected 401 to be 200 // Object.is equality',
    ' ❯ test/login.test.ts:42:31',
    ' Tests  1 failed | 840 passed (841)',
    `${red}ERROR: Job failed: exit code 1${reset}`,
  ];
  const success = [' Tests  841 passed (841)', `${green}Job succeeded${reset}`];
  const run = section('step_script', 'Executing "step_script" stage of the job script', [
    `${green}$ npm test${reset}`,
    ...tests,
  ]);
  return lines([...prologue, ...run, ...(fails ? failure : success)]);
}

/** A Terraform run, in a log with the runner's timestamps. */
export function deployTrace(): string {
  const text = [
    'aws_s3_bucket.assets: Creating...',
    'aws_s3_bucket.assets: Creation complete after 2s [id=app-assets]',
    'aws_instance.web[0]: Creation complete after 31s [id=i-0abc123def4567890]',
    'Apply complete! Resources: 2 added, 0 changed, 0 destroyed.',
    'Outputs:',
    'bucket_arn = "arn:aws:s3:::app-assets"',
    'url = "https://app.example.com"',
    'Job succeeded',
  ];
  return lines(text.map((line, index) => `2026-01-05T09:00:${String(index).padStart(2, '0')}.123456Z 00O ${line}`));
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
