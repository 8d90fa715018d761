/** How one version of SPDX differs from the others. Code asks these fields, never the number. */
export interface SpdxTraits {
  readonly version: string;
  readonly encodings: readonly ('json' | 'tag-value')[];
  /** Whether vulnerabilities with ratings and their status are part of it. */
  readonly carriesFindings: boolean;
  /** Whether documents of this version are written. */
  readonly writable: boolean;
  /** What a document written in this version does not give back. */
  readonly loses: readonly string[];
}

const losesOfTwo: readonly string[] = [
  'findings, but for a reference to the advisory with its id, severity and fixed versions in words',
  'rejected entries, but for their number',
  'fractions of a second of the creation date',
];

/** Every version of SPDX that is read. Source: SPDX 2.2, 2.3 and 3.0.1. */
export const spdxTraits: readonly SpdxTraits[] = [
  { version: '2.1', encodings: ['json', 'tag-value'], carriesFindings: false, writable: false, loses: [] },
  { version: '2.2', encodings: ['json', 'tag-value'], carriesFindings: false, writable: true, loses: losesOfTwo },
  {
    version: '2.3',
    encodings: ['json', 'tag-value'],
    carriesFindings: false,
    writable: true,
    loses: losesOfTwo,
  },
  { version: '3.0.1', encodings: ['json'], carriesFindings: true, writable: false, loses: [] },
];
