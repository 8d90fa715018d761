import type { Registry } from './kinds/registry.ts';
import { aggregated, groupAnswer, groupList, resourceList } from './output/discovery.ts';
import { openApi2, openApi3, openApi3Index } from './output/openapi.ts';
import { type ApiResponse, jsonResponse, textResponse } from './response.ts';

const version = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'linux/amd64',
};

const healthy: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz']);
const plain = { 'content-type': 'text/plain; charset=utf-8' } as const;
const protobufType = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers what is not a resource: discovery, OpenAPI, version, health. */
export function pathAnswer(registry: Registry, pathname: string, accept: string | undefined): ApiResponse {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  if (healthy.has(path)) return textResponse(200, () => 'ok', plain);
  const value = answerOf(registry, path, accept ?? '');
  if (value === 'protobuf') return textResponse(200, () => '', { 'content-type': protobufType });
  if (value === undefined) return textResponse(404, () => '404 page not found\n', plain);
  const isAggregated = (path === '/api' || path === '/apis') && wantsAggregated(accept ?? '');
  return jsonResponse(200, value, isAggregated ? { 'content-type': aggregatedType } : {});
}

function wantsAggregated(accept: string): boolean {
  return accept.split(',').some((range) => range.includes('as=APIGroupDiscoveryList') && /v=v2\b(?!beta)/.test(range));
}

function answerOf(registry: Registry, path: string, accept: string): unknown {
  if (path === '/version') return version;
  if (path === '/openapi/v3') return openApi3Index(registry);
  // Asked for only as a last resort, in protobuf: an empty document says that nothing more is known.
  if (path === '/openapi/v2') return accept === '' || /json|\*\/\*/.test(accept) ? openApi2(registry) : 'protobuf';
  if (path === '/api') {
    if (wantsAggregated(accept)) return aggregated(registry, true);
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  }
  if (path === '/apis') return wantsAggregated(accept) ? aggregated(registry, false) : groupList(registry);
  const parts = path.split('/').slice(1);
  if (parts[0] === 'openapi' && parts[1] === 'v3') {
    if (parts[2] === 'api' && parts.length === 4) return openApi3(registry, '', parts[3] ?? '');
    if (parts[2] === 'apis' && parts.length === 5) return openApi3(registry, parts[3] ?? '', parts[4] ?? '');
    return undefined;
  }
  if (parts[0] === 'api' && parts.length === 2) return resourceList(registry, '', parts[1] ?? '');
  if (parts[0] !== 'apis') return undefined;
  if (parts.length === 2) return groupAnswer(registry, parts[1] ?? '');
  return parts.length === 3 ? resourceList(registry, parts[1] ?? '', parts[2] ?? '') : undefined;
}
