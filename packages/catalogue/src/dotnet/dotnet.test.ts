import { describe, expect, it } from 'vitest';
import { catalogueTexts } from '../../test/catalogue-texts.ts';
import { dotnet } from './cataloguer.ts';
import { parseDepsJson } from './deps-json.ts';
import { parsePackagesLock } from './packages-lock.ts';
import { parsePackagesConfig } from './project-file.ts';

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const sha512 = `${'A'.repeat(86)}==`;

// dotnet/sdk, "runtime-configuration-file"
describe('a deps.json', () => {
  const deps = {
    runtimeTarget: { name: '.NETCoreApp,Version=v6.0' },
    targets: {
      '.NETCoreApp,Version=v6.0': {
        'App/1.0.0': {
          dependencies: { 'Newtonsoft.Json': '13.0.1', Own: '1.0.0', Meta: '1.0.0' },
          runtime: { 'App.dll': {} },
        },
        'Newtonsoft.Json/13.0.1': { runtime: { 'lib/Newtonsoft.Json.dll': {} } },
        'Own/1.0.0': { runtime: { 'Own.dll': {} } },
        'Meta/1.0.0': { dependencies: { 'Newtonsoft.Json': '13.0.1' } },
        'System.Runtime/4.3.0': { dependencies: { 'Microsoft.NETCore.Platforms': '1.1.0' } },
        'Microsoft.NETCore.Platforms/1.1.0': {},
        'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1': { runtime: { 'System.Private.CoreLib.dll': {} } },
      },
    },
    libraries: {
      'App/1.0.0': { type: 'project', serviceable: false, sha512: '' },
      'Newtonsoft.Json/13.0.1': { type: 'package', serviceable: true, sha512: `sha512-${sha512}` },
      'Own/1.0.0': { type: 'project', serviceable: false, sha512: '' },
      'Meta/1.0.0': { type: 'package', serviceable: true, sha512: '' },
      'System.Runtime/4.3.0': { type: 'package', serviceable: true, sha512: '' },
      'Microsoft.NETCore.Platforms/1.1.0': { type: 'package', serviceable: true, sha512: '' },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1': { type: 'runtimepack', sha512: '' },
      'System.Private.Uri.Reference/4.0.0.0': { type: 'referenceassembly', sha512: '' },
      bogus: {},
    },
  };

  it('lists what was published, not what the framework has built in', () => {
    const { packages, rejected } = parseDepsJson(bytes(deps));
    expect(packages.map(({ name, version, purl }) => [`${name}@${version}`, purl !== undefined])).toEqual([
      ['App@1.0.0', true],
      ['Newtonsoft.Json@13.0.1', true],
      ['Own@1.0.0', false],
      ['Meta@1.0.0', true],
      ['Microsoft.NETCore.App.Runtime.linux-x64@6.0.1', true],
    ]);
    expect(rejected).toMatchObject([{ at: '/libraries/bogus' }]);
  });

  it('knows what is needed, and hashes', () => {
    const { packages } = parseDepsJson(bytes(deps));
    expect(packages[0]?.dependsOn).toEqual(['newtonsoft.json/13.0.1', 'own/1.0.0', 'meta/1.0.0']);
    expect(packages[1]?.hashes?.sha512).toBe('0'.repeat(128));
  });

  it('that is something else is refused', () => {
    expect(() => parseDepsJson(bytes({}))).toThrow(/not a deps.json/);
  });
});

// learn.microsoft.com, "Locking dependencies"
describe('a packages.lock.json', () => {
  it('lists what each framework resolved, once', () => {
    const framework = {
      'A.B': {
        type: 'Direct',
        requested: '[1.0, )',
        resolved: '1.0.0',
        contentHash: sha512,
        dependencies: { c: '2.0.0' },
      },
      C: { type: 'Transitive', resolved: '2.0.0' },
      own: { type: 'Project' },
    };
    const { packages, rejected } = parsePackagesLock(
      bytes({ version: 1, dependencies: { 'net6.0': framework, 'net7.0': framework } }),
    );
    expect(rejected).toEqual([]);
    expect(packages).toMatchObject([
      { purl: 'pkg:nuget/A.B@1.0.0', dependsOn: ['c/2.0.0'], hashes: { sha512: '0'.repeat(128) } },
      { purl: 'pkg:nuget/C@2.0.0' },
    ]);
  });
});

// learn.microsoft.com, "packages.config reference"
describe('a packages.config', () => {
  it('lists packages with their versions', () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="jQuery" version="3.1.1" targetFramework="net46" />
  <package id="StyleCop" version="1.0" developmentDependency="true" />
  <package id="NoVersion" />
</packages>`;
    expect(parsePackagesConfig(bytes(text))).toMatchObject({
      packages: [
        { purl: 'pkg:nuget/jQuery@3.1.1', dev: false },
        { name: 'StyleCop', dev: true },
      ],
      rejected: [{ at: '/packages/package[3]' }],
    });
  });

  it('with a document type of its own is refused', () => {
    expect(() => parsePackagesConfig(bytes('<!DOCTYPE x [<!ENTITY a "b">]><packages/>'))).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE' }),
    );
  });
});

// learn.microsoft.com, "PackageReference in project files", "Central Package Management", "Package versioning"
describe('projects', () => {
  const property = (name: string): string => `$(${name})`;

  it('list what they refer to, as far as they or the files around them say the version', () => {
    const { packages, rejected } = catalogueTexts(dotnet, 'directory', {
      'Directory.Packages.props': `<Project><PropertyGroup><Serilog>2.10.0</Serilog></PropertyGroup>
        <ItemGroup><PackageVersion Include="Serilog" Version="${property('Serilog')}" /><PackageVersion Include="Unused" Version="1.0" /></ItemGroup></Project>`,
      'src/App.csproj': `<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>
        <PackageReference Include="serilog" />
        <PackageReference Include="Inline" Version="[1.0.0]" />
        <PackageReference Include="Element"><Version>2.0</Version></PackageReference>
        <PackageReference Include="Analyzer" Version="3.0" PrivateAssets="all" />
        <PackageReference Include="Range" Version="[1.0,2.0)" />
        <PackageReference Include="Floating" Version="6.*" />
        <PackageReference Include="Nowhere" />
      </ItemGroup></Project>`,
    });
    expect(packages.map(({ name, version }) => `${name}@${version}`)).toEqual([
      'Analyzer@3.0',
      'Element@2.0',
      'Inline@1.0.0',
      'serilog@2.10.0',
    ]);
    expect(packages[0]?.properties).toEqual([{ name: 'assay:dev', value: 'true' }]);
    expect(rejected.map(({ at }) => at)).toEqual(
      ['Range', 'Floating', 'Nowhere'].map((name) => `src/App.csproj#/PackageReference/${name}`),
    );
  });

  it('with a lock file beside them list nothing themselves', () => {
    const { packages } = catalogueTexts(dotnet, 'directory', {
      'App.csproj': '<Project><ItemGroup><PackageReference Include="A" Version="1.0" /></ItemGroup></Project>',
      'packages.lock.json': JSON.stringify({
        version: 1,
        dependencies: { net6: { A: { type: 'Direct', resolved: '1.5.0' } } },
      }),
    });
    expect(packages.map(({ version }) => version)).toEqual(['1.5.0']);
  });

  it('of an image do not count; what was published does', () => {
    const { packages } = catalogueTexts(dotnet, 'image', {
      'app/App.csproj': '<Project><ItemGroup><PackageReference Include="A" Version="1.0" /></ItemGroup></Project>',
      'app/App.deps.json': JSON.stringify({ libraries: { 'B/1.0': { type: 'package' } } }),
      'app/appsettings.json': '{',
    });
    expect(packages.map(({ name }) => name)).toEqual(['B']);
  });
});
