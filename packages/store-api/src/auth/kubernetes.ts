import { createHash } from 'node:crypto';
import { AssayError } from '@assay/contract';
import { type KubeClient, subjectAccessReviews, tokenReviews } from '@assay/kube';
import type { Admission, Attempt, Authenticator, Surface } from './authenticator.ts';

/** What a service account needs for each door. Source: spec/store.md §5 and §14 row 16; spec/amr.md §7. */
const attributes: Readonly<
  Record<Surface, { readonly group: string; readonly resource: string; readonly namespace?: string }>
> = {
  store: { group: 'metadata-store/v1', resource: 'all', namespace: 'metadata-store' },
  events: { group: 'cloudevents.amr.apps.tanzu.vmware.com', resource: '*' },
  graphql: { group: 'graphql.amr.apps.tanzu.vmware.com', resource: '*' },
};

/** How long an answer of the API server counts. Milliseconds. */
const trustMs = 10_000;
/** Answers kept. */
const mostKept = 1_000;

export interface KubernetesOptions {
  readonly client: KubeClient;
  readonly now: () => number;
}

/** Asks the cluster: TokenReview says who a token is, SubjectAccessReview what it may. An answer counts for ten seconds; a refusal is not kept. */
export function kubernetesTokens({ client, now }: KubernetesOptions): Authenticator {
  const kept = new Map<string, { readonly until: number; readonly admission: Admission }>();
  return {
    admit: async (token, attempt) => {
      if (token === undefined) return { is: 'unknown' };
      // The token itself is kept nowhere.
      const key = createHash('sha256').update(`${attempt.surface} ${attempt.verb} ${token}`).digest('base64');
      const known = kept.get(key);
      if (known !== undefined && known.until > now()) return known.admission;
      const admission = await review(client, token, attempt);
      kept.delete(key);
      if (admission.is === 'allowed') kept.set(key, { until: now() + trustMs, admission });
      for (const old of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(old);
      }
      return admission;
    },
  };
}

async function review(client: KubeClient, token: string, { surface, verb }: Attempt): Promise<Admission> {
  try {
    const who = await client.create(tokenReviews, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: { name: '' },
      spec: { token },
    });
    if (who.status?.authenticated !== true) return { is: 'unknown' };
    const { username: user = '', uid, groups, extra } = who.status.user ?? {};
    const may = await client.create(subjectAccessReviews, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: { name: '' },
      spec: {
        user,
        ...(uid === undefined ? {} : { uid }),
        ...(groups === undefined ? {} : { groups }),
        ...(extra === undefined ? {} : { extra }),
        resourceAttributes: { ...attributes[surface], verb },
      },
    });
    return may.status?.allowed === true ? { is: 'allowed', user } : { is: 'denied', user };
  } catch (cause) {
    throw new AssayError('STORE_UNREACHABLE', 'the cluster cannot say whose token it is', { cause });
  }
}
