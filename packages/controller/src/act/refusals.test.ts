import { KubeError } from '@assay/kube';
import { describe, expect, it } from 'vitest';
import { nextRefusal, refusalOf } from './refusals.ts';

const error = (status: number, reason: string, detail: string, retryable = false, retryAfter?: number): KubeError =>
  new KubeError('KUBE_BUSY', detail, { status, reason, retryable, retryAfter });

// Messages as kube-apiserver 1.34 says them.
describe('a create that was refused', () => {
  it.each([
    [
      'by a webhook that is down',
      error(
        500,
        'InternalError',
        'failed calling webhook "webhook.pipeline.tekton.dev": failed to call webhook: Post "https://tekton-pipelines-webhook…": connect: connection refused',
        true,
      ),
      { reason: 'TektonWebhookDown', again: true, unknown: false },
    ],
    [
      'since the namespace goes',
      error(
        403,
        'Forbidden',
        'taskruns.tekton.dev "s" is forbidden: unable to create new content in namespace dev because it is being terminated',
      ),
      { reason: 'NamespaceTerminating', again: false, unknown: false },
    ],
    [
      'since the namespace is gone',
      error(404, 'NotFound', 'namespaces "dev" not found'),
      { reason: 'NamespaceTerminating', again: false, unknown: false },
    ],
    [
      'by a quota',
      error(
        403,
        'Forbidden',
        'taskruns.tekton.dev "s" is forbidden: exceeded quota: few, requested: count/taskruns.tekton.dev=1',
      ),
      { reason: 'RunRefused', again: true, unknown: false },
    ],
    [
      'by Tekton’s validation',
      error(
        400,
        'BadRequest',
        'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: step stdoutConfig requires "enable-api-fields" feature gate to be "alpha"',
      ),
      { reason: 'RunRefused', again: false, unknown: false },
    ],
    [
      'for the moment',
      error(429, 'TooManyRequests', 'slow down', true, 7_000),
      { reason: 'ApiUnavailable', again: true, unknown: false },
    ],
    [
      'by a server that fails',
      error(500, 'InternalError', 'etcdserver: request timed out', true),
      { reason: 'ApiUnavailable', again: true, unknown: true },
    ],
    [
      'by nobody: the answer was lost',
      error(0, 'Reset', 'socket hang up', true),
      { reason: 'ApiUnavailable', again: true, unknown: true },
    ],
  ] as const)('%s', (_what, cause, want) => {
    const { failure, againInMs, isUnknown = false } = refusalOf(cause);
    expect({ reason: failure.reason, again: againInMs !== undefined, unknown: isUnknown }).toEqual(want);
  });

  it('waits as long as the server asks', () =>
    expect(refusalOf(error(429, 'TooManyRequests', 'x', true, 7_000)).againInMs).toBe(7_000));

  it('counts from its first time, and anew for another reason', () => {
    const down = refusalOf(error(500, 'InternalError', 'failed calling webhook "x"', true));
    const first = nextRefusal(undefined, down, 1_000);
    expect(first).toMatchObject({ since: 1_000, again: 6_000 });
    expect(nextRefusal(first, down, 9_000).since).toBe(1_000);
    expect(nextRefusal(first, refusalOf(error(429, 'TooManyRequests', 'x', true)), 9_000).since).toBe(9_000);
  });
});
