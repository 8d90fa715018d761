import { createHash } from 'node:crypto';
import { cataloguers } from './cataloguers.ts';

/** Changes whenever the answers may: 16 hex digits over all ids and versions. Part of the key of cached SBOMs. */
export const catalogueVersion: string = createHash('sha256')
  .update(
    cataloguers
      .map(({ id, version }) => `${id}@${version}`)
      .sort()
      .join('\n'),
  )
  .digest('hex')
  .slice(0, 16);
