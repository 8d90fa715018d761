import type { CustomResourceDefinition } from './core.ts';
import { assayGroup } from './scanner-profile.ts';
import { object, type Schema, text } from './schema.ts';

const spec: Schema = object(
  'Which data a scanner image uses.',
  {
    image: text("The image of a scan's step, exactly as written there.", { minLength: 1, maxLength: 1024 }),
    dataVersion: text('Any text that changes when the vulnerability data does.', { minLength: 1, maxLength: 256 }),
    freshFor: text('How long an answer stays fresh, as `24h`. Default 24h.', {
      maxLength: 32,
      pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
    }),
  },
  { required: ['image', 'dataVersion'] },
);

/** The definition of ScannerProfile. */
export const profileCrd: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `scannerprofiles.${assayGroup}` },
  spec: {
    group: assayGroup,
    scope: 'Namespaced',
    names: {
      kind: 'ScannerProfile',
      listKind: 'ScannerProfileList',
      plural: 'scannerprofiles',
      singular: 'scannerprofile',
    },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: object(
            'Declares which vulnerability data a scanner image uses, so that equal scans may share an answer.',
            { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, spec },
            { required: ['spec'] },
          ),
        },
        additionalPrinterColumns: [
          { name: 'Image', type: 'string', jsonPath: '.spec.image' },
          { name: 'Data', type: 'string', jsonPath: '.spec.dataVersion' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
};
