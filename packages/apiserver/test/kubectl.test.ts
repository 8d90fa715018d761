import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, createApiServer } from '../src/index.ts';
import { hasCluster, realCluster } from './real-cluster.ts';

const widgets = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.tests.assay.dev}
spec:
  group: tests.assay.dev
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    additionalPrinterColumns:
    - {name: Image, type: string, jsonPath: .spec.image}
    - {name: Succeeded, type: string, jsonPath: '.status.conditions[?(@.type=="Succeeded")].status'}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas, priority: 1}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [image]
            properties:
              image:
                type: string
                maxLength: 100
                description: The image to look at.
                x-kubernetes-validations: [{rule: "self.contains('@')", message: needs a digest}]
              replicas: {type: integer, default: 1}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

const widget = (name: string, image: string) =>
  `apiVersion: tests.assay.dev/v1\nkind: Widget\nmetadata: {name: ${name}}\nspec: {image: "${image}"}\n`;

const pod = (image: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: a, image: ${image}}\n  - {name: b, image: x}\n`;

const suite = 'the real kubectl works on this server';

describe.runIf(hasCluster(suite))(suite, () => {
  let server: ApiServer;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  interface Said {
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
  }

  // The server runs in this process, so kubectl must not block it.
  async function kubectl(line: string, input = ''): Promise<Said> {
    const args = line.match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'(.*)'$/s, '$1')) ?? [];
    const child = spawn('kubectl', args, { env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece) => {
      out += piece;
    });
    child.stderr.on('data', (piece) => {
      err += piece;
    });
    child.stdin.end(input);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, out, err };
  }

  async function works(line: string, input = ''): Promise<string> {
    const said = await kubectl(line, input);
    expect(said, `kubectl ${line}: ${said.err}`).toMatchObject({ code: 0 });
    return said.out;
  }

  beforeAll(async () => {
    const cluster = realCluster();
    cluster.close();
    server = createApiServer();
    const { kubeconfig } = await server.listen();
    folder = mkdtempSync(join(tmpdir(), 'apiserver-kubectl-'));
    writeFileSync(join(folder, 'config'), kubeconfig);
    env = {
      PATH: [cluster.tools, '/usr/bin', '/bin'].join(delimiter),
      HOME: folder,
      KUBECONFIG: join(folder, 'config'),
      KUBECACHEDIR: join(folder, 'cache'),
    };
    expect(spawnSync('kubectl', ['version', '--client'], { env }).status).toBe(0);
    await works('apply -f -', widgets);
    await works('wait --for=condition=Established crd/widgets.tests.assay.dev --timeout=5s');
  });

  afterAll(async () => {
    await server?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it('lists what it serves and explains it', async () => {
    expect(await works('api-resources')).toMatch(/^widgets +wd +tests\.assay\.dev\/v1 +true +Widget$/m);
    expect(await works('explain wd.spec')).toMatch(/image\s<string> -required-\n +The image to look at\./);
    expect(await works('explain pod.spec.containers.env')).toContain('valueFrom');
  });

  it('applies on the client, shows columns, waits for conditions', async () => {
    expect(await works('apply -f -', widget('a', 'x@1'))).toBe('widget.tests.assay.dev/a created\n');
    expect(await works('apply -f -', widget('a', 'x@1'))).toBe('widget.tests.assay.dev/a unchanged\n');
    expect(await works('apply -f -', widget('a', 'x@2'))).toBe('widget.tests.assay.dev/a configured\n');
    const status = '{"status":{"conditions":[{"type":"Succeeded","status":"True"}],"replicas":1}}';
    await works(`patch wd a --type=merge --subresource=status -p '${status}'`);
    await works('wait --for=condition=Succeeded wd/a --timeout=5s');
    await works("wait --for=jsonpath='{.status.replicas}'=1 wd/a --timeout=5s".replaceAll("'", ''));
    expect(
      (await works('get wd a'))
        .split('\n')
        .slice(0, 2)
        .map((l) => l.split(/ +/)),
    ).toEqual([
      ['NAME', 'IMAGE', 'SUCCEEDED'],
      ['a', 'x@2', 'True'],
    ]);
    expect(await works('get wd a -o wide')).toMatch(/REPLICAS\na +x@2 +True +1\n/);
    expect(await works('get wd a -o jsonpath={.spec.replicas}')).toBe('1');
    expect(await works('get wd -o json --field-selector metadata.name=a')).toContain('"kind": "List"');
    expect(await works('describe wd a')).toContain('Image:     x@2');
  });

  it('says why it refuses, as the real server does', async () => {
    const bad = await kubectl('apply -f -', widget('b', 'nothing'));
    expect(bad.err).toBe('The Widget "b" is invalid: spec.image: Invalid value: "nothing": needs a digest\n');
    const unknown = await kubectl('create -f -', `${widget('b', 'x@1')}other: 1\n`);
    expect(unknown.err).toContain('strict decoding error: unknown field "other"');
    expect((await kubectl('get wd nobody')).err).toBe(
      'Error from server (NotFound): widgets.tests.assay.dev "nobody" not found\n',
    );
  });

  it('applies on the server, and conflicts', async () => {
    const apply = 'apply --server-side --field-manager';
    await works(`${apply}=one -f -`, widget('c', 'x@1'));
    const conflict = await kubectl(`${apply}=two -f -`, widget('c', 'x@2'));
    expect(conflict.code).not.toBe(0);
    expect(conflict.err).toContain('Apply failed with 1 conflict: conflict with "one": .spec.image');
    await works(`${apply}=two --force-conflicts -f -`, widget('c', 'x@2'));
    expect(await works('get wd c -o jsonpath={.spec.image}')).toBe('x@2');
  });

  it('patches in every way, labels, annotates, scales', async () => {
    await works('apply -f -', pod('one'));
    await works('apply -f -', pod('two'));
    await works(`patch pod p -p '{"spec":{"containers":[{"name":"b","image":"y"}]}}'`);
    expect(await works('get pod p -o jsonpath={.spec.containers[*].image}')).toBe('two y');
    await works(`patch pod p --type=json -p '[{"op":"replace","path":"/spec/containers/0/image","value":"z"}]'`);
    await works(`patch pod p --type=merge -p '{"metadata":{"labels":{"q":"r"}}}'`);
    await works('label pod p s=t');
    await works('annotate pod p u=v');
    expect(await works('get pods -l s=t,q=r -o name')).toBe('pod/p\n');
    expect(await works('describe pod p')).toContain('Image:        z');
    await works('apply -f -', widget('d', 'x@1'));
    await works('scale wd d --replicas=4');
    expect(await works('get wd d -o jsonpath={.spec.replicas}')).toBe('4');
  });

  it('creates what kubectl writes itself', async () => {
    await works('create namespace n');
    await works('create configmap cm -n n --from-literal=a=b');
    await works('create secret generic s -n n --from-literal=k=v');
    await works('create serviceaccount sa -n n');
    await works('create role r -n n --verb=get --resource=pods');
    await works('create deployment d -n n --image=x');
    expect(await works('get secret s -n n -o jsonpath={.data.k}')).toBe('dg==');
    expect(await works('get deployments -n n -o jsonpath={.items[0].spec.template.spec.containers[0].image}')).toBe(
      'x',
    );
    await works('delete deployment d -n n --cascade=foreground');
    await works('delete namespace n');
    expect((await kubectl('get namespace n')).err).toContain('NotFound');
    expect(await works('auth can-i get pods')).toBe('yes\n');
  });

  it('watches, and waits for a deletion', async () => {
    await works('apply -f -', widget('e', 'x@1'));
    const watching = kubectl('get wd e -w --request-timeout=4s');
    const waiting = works('wait --for=delete wd/e --timeout=10s');
    await works('annotate wd e seen=yes');
    await works('delete wd e --wait');
    await waiting;
    expect((await watching).out).toMatch(/^NAME .*\n(e .*\n)+$/);
  });
});
