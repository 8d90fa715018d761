import type { ApiRequest, ApiResponse, Transport } from '@assay/kube';

/** Shows every write that was done, as the API server did it, and every creation that was refused since the name is taken. */
export function tapped(inner: Transport, tap: (request: ApiRequest, answer: ApiResponse) => void): Transport {
  return {
    async request(request) {
      const answer = await inner.request(request);
      if (request.method !== 'GET' && (answer.status < 300 || answer.status === 409)) tap(request, answer);
      return answer;
    },
    stream: (request) => inner.stream(request),
  };
}
