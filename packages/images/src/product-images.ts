import type { ImageFacts } from './image-documents.ts';

/** One image of the product: an app's bundle over Node. */
export interface ProductImage {
  readonly name: string;
  /** The folder under `apps/` whose `src/main.ts` is bundled, and the name of the bundle: `/app/APP.js`. */
  readonly app: string;
  /** One sentence, for the registry's pages. */
  readonly description: string;
  readonly facts: Omit<ImageFacts, 'labels'>;
}

/** The user of our own processes, and the one of scan pods. Source: scan-2.md §3, "podTemplate.securityContext". */
const ownUser = '65532:65532';
const scanUser = '65534:65534';

/**
 * Processes that live long and mostly wait are kept small, not fast: a small young generation (30 MB less), the parser of HTTP, which is
 * WebAssembly, compiled once and simply (20 MB), the rest for size, by one thread (7 MB). `npm run bench -- cluster` prints what is left.
 */
const longLived = [
  '--max-semi-space-size=1',
  '--liftoff-only',
  '--optimize-for-size',
  '--no-maglev',
  '--v8-pool-size=1',
];
/** One arena of malloc instead of one per thread. */
const frugal = { MALLOC_ARENA_MAX: '1' };

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `flags`: of Node. */
function productImage(
  app: string,
  user: string,
  home: string,
  description: string,
  flags: readonly string[] = [],
): ProductImage {
  return {
    name: `assay-${app}`,
    app,
    description,
    facts: {
      user,
      entrypoint: ['/usr/local/bin/node', ...flags, `/app/${app}.js`],
      env: { PATH: path, HOME: home, NODE_ENV: 'production', ...(flags === longLived ? frugal : {}) },
      workingDir: '/app',
    },
  };
}

/** Every image of the product. A Dockerfile of each is in `deploy/docker`, held to the same facts by a test. */
export const productImages: readonly ProductImage[] = [
  productImage(
    'controller',
    ownUser,
    '/home/nonroot',
    'Starts and follows the scans of ImageVulnerabilityScan objects.',
    longLived,
  ),
  productImage(
    'runner',
    scanUser,
    '/tmp',
    'The steps around a scanner: workspace, certificates, credentials, publisher.',
  ),
  productImage(
    'observer',
    ownUser,
    '/home/nonroot',
    'Carries finished scans and running containers to the store.',
    longLived,
  ),
  productImage('store', ownUser, '/home/nonroot', 'The store: every report kept, every question answered.'),
  productImage(
    'cli',
    scanUser,
    '/tmp',
    'The command line: a scanner for ImageVulnerabilityScan steps, and for everybody else.',
  ),
];
