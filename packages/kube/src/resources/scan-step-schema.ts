import { reservedStepNames } from './image-vulnerability-scan.ts';
import { list, object, opaque, open, ruled, type Schema, text } from './schema.ts';

const words = (description: string): Schema => list(description, { type: 'string' });

const securityContext = object(
  'Rights of the container. What is not set gets the restricted default.',
  {
    allowPrivilegeEscalation: { type: 'boolean' },
    privileged: { type: 'boolean' },
    readOnlyRootFilesystem: { type: 'boolean' },
    runAsNonRoot: { type: 'boolean' },
    runAsUser: { type: 'integer', format: 'int64', minimum: 0 },
    runAsGroup: { type: 'integer', format: 'int64', minimum: 0 },
    capabilities: object('Linux capabilities.', { add: words('Given.'), drop: words('Taken.') }, open),
    seccompProfile: object(
      'System call filter.',
      { type: text('`RuntimeDefault`, `Localhost` or `Unconfined`.'), localhostProfile: text('File on the node.') },
      open,
    ),
  },
  open,
);

const env = list(
  'Environment of the container.',
  object(
    'One variable.',
    { name: text('Its name.', { minLength: 1 }), value: text('Its value.'), valueFrom: opaque('Where its value is.') },
    { ...open, required: ['name'] },
  ),
);

/** Longest name of a step: Tekton calls its container `step-<name>`, and a container's name has at most 63 characters. */
const longestName = 58;

const name = ruled(
  text('Name of the container, after `step-`. Default: `step-N`.', { maxLength: longestName }),
  {
    rule: `!(self in [${reservedStepNames.map((one) => `'${one}'`).join(', ')}])`,
    message: `this name is reserved: ${reservedStepNames.join(', ')}`,
  },
  {
    rule: "self == '' || self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
    message: 'a step name has lower-case letters, digits and hyphens, and begins and ends with a letter or digit',
  },
);

/** A Tekton Step (tekton.dev/v1): the fields that scans use have types, others are passed on. */
export const scanStep: Schema = object(
  'A Tekton step.',
  {
    name,
    image: text('What to run.', { minLength: 1 }),
    imagePullPolicy: text('When the image is pulled.', { enum: ['Always', 'IfNotPresent', 'Never'] }),
    command: words('Entry point; that of the image when absent.'),
    args: words('Arguments. `$(params.image)` and `$(params.scan-results-path)` are replaced.'),
    env,
    script: text('A script, instead of command and args.'),
    workingDir: text('Default `/workspace/scan-results`.'),
    onError: text('`continue` goes on after an exit code other than 0.'),
    timeout: text('Longest run of the step, as `10m`.'),
    securityContext,
    stdoutConfig: object('Standard output.', { path: text('File it is written to.') }, open),
    stderrConfig: object('Standard error.', { path: text('File it is written to.') }, open),
    computeResources: opaque('Requests and limits.'),
  },
  { ...open, required: ['image'] },
);
