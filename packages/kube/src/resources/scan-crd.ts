import type { CustomResourceDefinition } from './core.ts';
import { keychains, reservedBindingNames, scanGroup } from './image-vulnerability-scan.ts';
import { scanStep } from './scan-step-schema.ts';
import { conditions, list, object, open, quantity, type Rule, ruled, type Schema, text } from './schema.ts';

/** The grammar of image references. Source: distribution/reference, regexp.go. */
const component = '[a-z0-9]+((\\\\.|_|__|-+)[a-z0-9]+)*';
const label = '[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?';
const host = `(${label}(\\\\.${label})*|\\\\[[a-fA-F0-9:]+\\\\])(:[0-9]+)?`;
const repository = `(${host}/)?${component}(/${component})*`;
const tag = ':[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}';

const image = ruled(text('The image to scan, with its digest: `repository@sha256:…`.', { maxLength: 1024 }), {
  rule: `self.matches('^${repository}(${tag})?@sha256:[0-9a-f]{64}$')`,
  message: 'an image is named with its digest: repository@sha256:<64 hex digits>',
});

const location = ruled(
  text('Where the results are pushed: `registry/repository[:tag]`.', { maxLength: 1024 }),
  {
    rule: "!self.contains('@')",
    message: 'results are pushed to a repository or tag, never to a digest',
  },
  {
    rule: `self.contains('@') || self.matches('^${repository}(${tag})?$')`,
    message: 'a location is registry/repository or registry/repository:tag',
  },
);

const account = (whose: string): Schema =>
  text(`Service account of the ${whose}. Default: \`default\`.`, {
    maxLength: 253,
    pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$',
  });

const items = list(
  'Files; all keys when absent.',
  object(
    'A key and the file it becomes.',
    {
      key: text('Key of the source.', { minLength: 1 }),
      path: text('File, relative to the mount.', { minLength: 1 }),
      mode: { type: 'integer', format: 'int32' },
    },
    { required: ['key', 'path'] },
  ),
);
const files = { items, defaultMode: { type: 'integer', format: 'int32' }, optional: { type: 'boolean' } };

const bindingName = ruled(
  text('Mounted at `/<name>`.', {
    minLength: 1,
    maxLength: 63,
    pattern: '^[a-zA-Z0-9]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?$',
  }),
  {
    rule: `!(self in [${reservedBindingNames.map((one) => `'${one}'`).join(', ')}])`,
    message: `a binding cannot be mounted over: ${reservedBindingNames.map((one) => `/${one}`).join(', ')}`,
  },
);

const binding = ruled(
  object(
    'A volume of the scan, from exactly one source.',
    {
      name: bindingName,
      secret: object(
        'A secret.',
        { secretName: text('Its name.', { minLength: 1 }), ...files },
        { required: ['secretName'] },
      ),
      configMap: object(
        'A config map.',
        { name: text('Its name.', { minLength: 1 }), ...files },
        { required: ['name'] },
      ),
      emptyDir: object('An empty folder.', {
        medium: text('`Memory` for one in memory.'),
        sizeLimit: quantity('Most it may hold.'),
      }),
    },
    { required: ['name'] },
  ),
  {
    rule: '[has(self.secret), has(self.configMap), has(self.emptyDir)].filter(one, one).size() == 1',
    message: 'a binding has exactly one source: secret, configMap or emptyDir',
  },
);

const uniqueSteps: Rule = {
  rule: "self.all(a, !has(a.name) || a.name == '' || self.exists_one(b, has(b.name) && b.name == a.name))",
  message: 'two steps have the same name',
};

const spec: Schema = ruled(
  object(
    'What is scanned, how, and where the results go.',
    {
      image,
      scanResults: object('Where the results go.', { location }, { required: ['location'] }),
      serviceAccountNames: object('Who scans and who publishes.', {
        scanner: account('scan'),
        publisher: account('publisher'),
      }),
      activeKeychains: list(
        'Registries whose workload identity is used.',
        object('One registry.', { name: text('Which one.', { enum: [...keychains] }) }, { required: ['name'] }),
        { maxItems: 16 },
      ),
      workspace: object('Room for the image, the vulnerability data and the results.', {
        size: quantity('Size, as `4Gi`.'),
        bindings: list('More volumes of the scan.', binding, {
          maxItems: 32,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        }),
      }),
      steps: ruled(list('What is run, in order, in one pod.', scanStep, { minItems: 1, maxItems: 32 }), uniqueSteps),
    },
    { required: ['image', 'scanResults', 'steps'] },
  ),
  { rule: 'self == oldSelf', message: 'a scan does not change: make a new one', reason: 'FieldValueForbidden' },
);

const status: Schema = object(
  'What came of it.',
  {
    scanResult: text('The pushed results: `repository@sha256:…`.'),
    scannedImage: text('The scanned image, with its digest.'),
    observedGeneration: { type: 'integer', format: 'int64', description: 'The generation this status is about.' },
    conditions,
  },
  // Written by the controller alone; a newer one may say more.
  open,
);

/** Names end up in a label, and labels are shorter than names may be. */
const shortName: Rule = {
  rule: 'self.metadata.name.size() <= 63',
  message: 'metadata.name has at most 63 characters, for it becomes a label of the runs and pods',
};

/** The definition of ImageVulnerabilityScan. Source: spec/scan-2.md §2. */
export const scanCrd: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `imagevulnerabilityscans.${scanGroup}` },
  spec: {
    group: scanGroup,
    scope: 'Namespaced',
    names: {
      kind: 'ImageVulnerabilityScan',
      listKind: 'ImageVulnerabilityScanList',
      plural: 'imagevulnerabilityscans',
      singular: 'imagevulnerabilityscan',
      shortNames: ['ivs'],
    },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: ruled(
            object(
              'Scans one container image for vulnerabilities and publishes the results to a registry.',
              {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec,
                status,
              },
              { required: ['spec'] },
            ),
            shortName,
          ),
        },
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'ScanResult', type: 'string', jsonPath: '.status.scanResult', priority: 1 },
          { name: 'ScannedImage', type: 'string', jsonPath: '.status.scannedImage', priority: 1 },
          { name: 'Succeeded', type: 'string', jsonPath: '.status.conditions[?(@.type=="Succeeded")].status' },
          { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Succeeded")].reason' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
};
