import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../test/read-files.ts';
import { goMod } from './cataloguer.ts';

const kind = 'directory';
const purls = (files: Record<string, string>): string[] =>
  inventoryOf(files, [goMod], { kind }).packages.map(({ purl }) => purl ?? '');

describe('the modules of a folder of Go sources', () => {
  // go.dev/ref/mod, "go.mod files": all forms of directives.
  const mod = `module example.test/app // the app

go 1.21

require github.com/Azure/x v1.0.0
require (
	golang.org/x/net v0.1.0
	"golang.org/x/text" v0.3.2 // indirect
	example.test/excluded v1.0.0
	example.test/local v1.0.0
	gopkg.in/yaml.v2 v2.2.8 // indirect; kept
)
exclude example.test/excluded v1.0.0
replace (
	golang.org/x/net => github.com/fork/net v0.1.1
	golang.org/x/text v9.9.9 => github.com/fork/text v0.0.1
	example.test/local => ../local
)
retract v0.0.1
toolchain go1.22.0
`;

  it('are those required, exclusions and replacements applied', () => {
    const { packages, rejected } = inventoryOf({ 'go.mod': mod }, [goMod], { kind });
    expect(packages.map(({ purl }) => purl)).toEqual([
      'pkg:golang/example.test/app',
      'pkg:golang/github.com/Azure/x@v1.0.0',
      'pkg:golang/github.com/fork/net@v0.1.1',
      'pkg:golang/golang.org/x/text@v0.3.2',
      'pkg:golang/gopkg.in/yaml.v2@v2.2.8',
    ]);
    const [app, azure, net] = packages;
    expect(app).toMatchObject({ kind: 'application', version: '', dependsOn: [azure?.ref, net?.ref] });
    expect(rejected).toEqual([{ at: 'go.mod#line 10', why: expect.stringContaining('example.test/local') }]);
  });

  // go.dev/ref/mod, "Module graph pruning": from Go 1.17 on go.mod names every module that is needed.
  it('of before Go 1.17 are completed from go.sum', () => {
    const sum = `example.test/deep v1.0.0 h1:a=
example.test/deep v1.1.0 h1:b=
example.test/deep v1.1.0/go.mod h1:c=
example.test/unused v1.0.0/go.mod h1:d=
example.test/lib v1.0.0 h1:e=
example.test/lib v0.9.0/go.mod h1:f=
`;
    const files = (go: string) => ({
      'sub/go.mod': `module m\n${go}require example.test/lib v1.0.0\n`,
      'sub/go.sum': sum,
      'go.sum': 'example.test/other v1.0.0 h1:x=\n',
    });
    const old = ['pkg:golang/example.test/deep@v1.1.0', 'pkg:golang/example.test/lib@v1.0.0', 'pkg:golang/m'];
    expect(purls(files('go 1.16\n'))).toEqual(old);
    expect(purls(files(''))).toEqual(old);
    expect(purls(files('go 1.17\n'))).toEqual(old.slice(1));
    expect(purls(files('go 1.21.5\n'))).toEqual(old.slice(1));
  });

  it('are not asked for in images, nor in the module cache', () => {
    expect(inventoryOf({ 'go.mod': mod }, [goMod]).packages).toEqual([]);
    expect(purls({ 'go/pkg/mod/example.test/lib@v1.0.0/go.mod': mod })).toEqual([]);
  });

  it('that cannot be understood are told', () => {
    expect(inventoryOf({ 'go.mod': 'nothing\n' }, [goMod], { kind }).rejected).toHaveLength(1);
    expect(inventoryOf({ 'go.mod': 'module m\nrequire a\n' }, [goMod], { kind }).rejected).toEqual([
      { at: 'go.mod#line 2', why: 'a requirement without a version' },
    ]);
  });
});
