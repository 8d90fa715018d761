import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resourceNames?: readonly string[];
}
interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const documents = globSync('deploy/{base,components}/**/*.yaml', { cwd: root }).flatMap((path) =>
  parseAllDocuments(readFileSync(join(root, path), 'utf8')).map((one) => one.toJS() as Role | null),
);
const roles = documents.filter((one): one is Role => one?.kind === 'ClusterRole' || one?.kind === 'Role');
const touches = ({ resources = [] }: Rule, resource: string): boolean =>
  resources.includes(resource) || resources.includes('*');
const core = ({ apiGroups = [] }: Rule): boolean => apiGroups.includes('') || apiGroups.includes('*');

describe('the rights of the product', () => {
  it('are in roles that were found', () => expect(roles.length).toBeGreaterThan(4));

  it.each(roles.map((role) => [`${role.kind} ${role.metadata.name}`, role] as const))(
    '%s reads no Secret of the whole cluster',
    (_name, role) => {
      const reading = (role.rules ?? []).filter((rule) => core(rule) && touches(rule, 'secrets'));
      const isFree =
        role.kind === 'ClusterRole' ? reading : reading.filter(({ resourceNames = [] }) => resourceNames.length === 0);
      expect(isFree).toEqual([]);
    },
  );

  it('let nobody make roles, or act as another', () => {
    const verbs = roles.flatMap(({ rules = [] }) => rules.flatMap((rule) => rule.verbs ?? []));
    expect(verbs.filter((verb) => ['*', 'escalate', 'bind', 'impersonate'].includes(verb))).toEqual([]);
  });

  // What packages/controller asks for: typed from its calls, not from the role.
  const needed: readonly [group: string, resource: string, verbs: readonly string[]][] = [
    ['app-scanning.apps.tanzu.vmware.com', 'imagevulnerabilityscans', ['get', 'list', 'watch']],
    ['app-scanning.apps.tanzu.vmware.com', 'imagevulnerabilityscans/status', ['patch']],
    ['assay.dev', 'scannerprofiles', ['list', 'watch']],
    ['tekton.dev', 'taskruns', ['get', 'list', 'watch', 'create', 'patch', 'delete']],
    ['tekton.dev', 'pipelineruns', ['get', 'list', 'watch', 'create', 'patch', 'delete']],
    ['', 'pods', ['list', 'watch']],
    ['', 'namespaces', ['list', 'watch']],
    ['', 'serviceaccounts', ['get']],
    ['', 'configmaps', ['get']],
    ['events.k8s.io', 'events', ['list', 'create', 'patch']],
  ];
  const controller = roles.find(
    ({ metadata, kind }) => metadata.name === 'app-scanning-controller' && kind === 'ClusterRole',
  );
  it.each(needed)('the controller’s suffice for %s %s', (group, resource, verbs) => {
    const rules = (controller?.rules ?? []).filter(
      (rule) => rule.apiGroups?.includes(group) && rule.resources?.includes(resource),
    );
    const granted = rules.flatMap((rule) => rule.verbs ?? []);
    expect(verbs.filter((verb) => !granted.includes(verb))).toEqual([]);
  });
});
