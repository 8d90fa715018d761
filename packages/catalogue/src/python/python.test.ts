import { describe, expect, it } from 'vitest';
import { catalogueTexts } from '../../test/catalogue-texts.ts';
import { buildZip } from '../../test/zip-builder.ts';
import type { TargetKind } from '../cataloguer.ts';
import { python } from './cataloguer.ts';

const catalogue = (kind: TargetKind, texts: Readonly<Record<string, string>>) => catalogueTexts(python, kind, texts);

const site = 'usr/lib/python3.11/site-packages';

// packaging.python.org, "Core metadata specifications", "Recording installed projects"
describe('packages of Python', () => {
  it('are those whose metadata is installed: wheels, eggs, and files of distutils', () => {
    const { packages } = catalogue('image', {
      [`${site}/Flask_Login-0.6.0.dist-info/METADATA`]: `Metadata-Version: 2.1
Name: Flask-Login
Version: 0.6.0
Summary: User authentication
Author: Matthew Frazier
License: MIT
Classifier: License :: OSI Approved :: MIT License
Requires-Dist: Flask (>=1.0)
Requires-Dist: blinker>=1 ; extra == 'async'

Requires-Dist: old, in the description, does not count
`,
      [`${site}/flask-2.0.dist-info/METADATA`]:
        'Metadata-Version: 2.4\nName: flask\nVersion: 2.0\nLicense-Expression: BSD-3-Clause\n',
      [`${site}/old.egg-info/PKG-INFO`]:
        'Name: old\nVersion: 1.0\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: Apache Software License\n',
      [`${site}/egg-3.0-py3.11.egg/EGG-INFO/PKG-INFO`]: 'Name: egg\r\nVersion: 3.0\r\n',
      [`${site}/distutils-4.0.egg-info`]: 'Metadata-Version: 1.1\nName: distutils-made\nVersion: 4.0\n',
      [`${site}/flask/METADATA`]: 'Name: decoy\nVersion: 1\n',
    });
    expect(packages.map(({ purl, licenses }) => [purl, licenses])).toEqual([
      ['pkg:pypi/distutils-made@4.0', []],
      ['pkg:pypi/egg@3.0', []],
      ['pkg:pypi/flask-login@0.6.0', ['MIT']],
      ['pkg:pypi/flask@2.0', ['BSD-3-Clause']],
      ['pkg:pypi/old@1.0', ['Apache Software License']],
    ]);
    expect(packages[2]).toMatchObject({
      name: 'Flask-Login',
      description: 'User authentication',
      supplier: 'Matthew Frazier',
      dependsOn: ['python:pkg:pypi/flask@2.0'],
    });
  });

  it('may be eggs in one zip file', () => {
    const egg = buildZip([{ path: 'EGG-INFO/PKG-INFO', data: 'Name: zipped\nVersion: 5.0\n' }]);
    const { packages, rejected } = catalogueTexts(python, 'image', {
      [`${site}/zipped-5.0-py3.11.egg`]: egg,
      [`${site}/empty.egg`]: buildZip([]),
    });
    expect(packages).toMatchObject([{ purl: 'pkg:pypi/zipped@5.0' }]);
    expect(rejected).toMatchObject([{ why: expect.stringContaining('EGG-INFO') }]);
  });

  it('that say no version are told, unless their folder does', () => {
    const { packages, rejected } = catalogue('image', {
      [`${site}/a-1.0.dist-info/METADATA`]: 'Name: a\n',
      [`${site}/b.dist-info/METADATA`]: 'Name: b\n',
    });
    expect(packages).toMatchObject([{ name: 'a', version: '1.0' }]);
    expect(rejected).toMatchObject([{ why: 'the metadata has no Version' }]);
  });

  it('in a folder come from lock and requirements files too, never from those of installed packages', () => {
    const texts = {
      'requirements.txt': 'a==1.0\n-r requirements/dev.txt\n-r missing.txt\n',
      'requirements/dev.txt': 'b==2.0\n',
      'docs/readme.txt': 'c==3.0\n',
      [`${site}/x/requirements.txt`]: 'd==4.0\n',
    };
    const { packages, rejected } = catalogue('directory', texts);
    expect(packages.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(rejected).toEqual([{ at: 'requirements.txt#line 3', why: 'the requirements of missing.txt are not read' }]);
    expect(catalogue('image', texts).packages).toEqual([]);
  });

  it('named alike in all ways PEP 503 allows are one', () => {
    const { packages } = catalogue('directory', {
      'requirements.txt': 'Zope.Interface==1.0\n',
      'dev-requirements.txt': 'zope_interface==1.0',
    });
    expect(packages).toHaveLength(1);
    expect(packages[0]?.locations).toHaveLength(2);
  });
});
