import { describe, expect, it } from 'vitest';
import { parseXml } from '../formats/xml-element.ts';
import { readPom } from './pom.ts';
import { listPom, PomSet } from './resolve-pom.ts';

/** What each file lists, `name@version`, by path. */
function list(files: Readonly<Record<string, string>>): Record<string, string[]> {
  const poms = Object.entries(files).map(([path, text]) => ({ path, pom: readPom(parseXml(text)) }));
  const set = new PomSet(poms);
  return Object.fromEntries(
    poms.map((file) => [file.path, listPom(file, set).packages.map(({ name, version }) => `${name}@${version}`)]),
  );
}

const dependency = (group: string, artifact: string, rest = ''): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>${rest}</dependency>`;
const open = (name: string): string => `\${${name}}`;

// maven.apache.org, "POM Reference" and "Introduction to the Dependency Mechanism"
describe('a pom.xml', () => {
  it('lists the project and what it depends on, properties filled in', () => {
    const text = `<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0">
      <groupId>org.example</groupId><artifactId>app</artifactId><version>1.0</version>
      <properties><v.base>2</v.base><v>${open('v.base')}.17.1</v></properties>
      <dependencies>
        ${dependency('org.apache.logging.log4j', 'log4j-core', `<version>${open('v')}</version>`)}
        ${dependency(open('project.groupId'), 'lib', `<version>${open('project.version')}</version>`)}
        ${dependency('junit', 'junit', '<version>[4.13]</version><scope>test</scope>')}
      </dependencies></project>`;
    expect(list({ 'pom.xml': text })).toEqual({
      'pom.xml': [
        'org.example:app@1.0',
        'org.apache.logging.log4j:log4j-core@2.17.1',
        'org.example:lib@1.0',
        'junit:junit@4.13',
      ],
    });
  });

  it('has versions from the dependencyManagement and the properties of its parents', () => {
    const files = {
      'pom.xml': `<project><groupId>g</groupId><artifactId>parent</artifactId><version>7</version>
        <properties><guava>31.1-jre</guava></properties>
        <dependencyManagement><dependencies>${dependency('com.google.guava', 'guava', `<version>${open('guava')}</version>`)}</dependencies></dependencyManagement></project>`,
      'a/pom.xml': `<project><parent><groupId>g</groupId><artifactId>parent</artifactId><version>7</version></parent>
        <artifactId>a</artifactId><dependencies>${dependency('com.google.guava', 'guava')}</dependencies></project>`,
      'b/pom.xml': `<project><parent><groupId>g</groupId><artifactId>parent</artifactId><version>7</version></parent>
        <artifactId>b</artifactId><properties><guava>19.0</guava></properties><dependencies>${dependency('com.google.guava', 'guava')}</dependencies></project>`,
    };
    expect(list(files)).toEqual({
      'pom.xml': ['g:parent@7'],
      'a/pom.xml': ['g:a@7', 'com.google.guava:guava@31.1-jre'],
      'b/pom.xml': ['g:b@7', 'com.google.guava:guava@19.0'],
    });
  });

  it('depends on things of unknown version where another file would say it, or a range', () => {
    const text = `<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>
      ${dependency('x', 'unsaid')}${dependency('x', 'range', '<version>[1.0,2.0)</version>')}
      ${dependency('x', 'open', `<version>${open('nowhere')}</version>`)}</dependencies></project>`;
    expect(list({ 'pom.xml': text })['pom.xml']).toEqual(['g:a@1', 'x:unsaid@', 'x:range@', 'x:open@']);
  });

  it('has versions from a bill of materials in the same folder, filled in there', () => {
    const managed = (content: string): string =>
      `<dependencyManagement><dependencies>${content}</dependencies></dependencyManagement>`;
    const files = {
      'bom/pom.xml': `<project><groupId>g</groupId><artifactId>bom</artifactId><version>1</version><properties><v>2.0</v></properties>
        ${managed(dependency('x', 'y', `<version>${open('v')}</version>`) + dependency('x', 'z', '<version>3.0</version>'))}</project>`,
      'app/pom.xml': `<project><groupId>g</groupId><artifactId>app</artifactId><version>1</version><properties><v>9.9</v></properties>
        ${managed(dependency('g', 'bom', '<version>1</version><type>pom</type><scope>import</scope>') + dependency('x', 'z', '<version>4.0</version>'))}
        <dependencies>${dependency('x', 'y')}${dependency('x', 'z')}</dependencies></project>`,
    };
    expect(list(files)['app/pom.xml']).toEqual(['g:app@1', 'x:y@2.0', 'x:z@4.0']);
  });

  it('that imports itself ends', () => {
    const imports = dependency('g', 'a', '<version>1</version><type>pom</type><scope>import</scope>').repeat(50);
    const text = `<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version>
      <dependencyManagement><dependencies>${imports}</dependencies></dependencyManagement></project>`;
    expect(list({ 'pom.xml': text })['pom.xml']).toEqual(['g:a@1']);
  });

  it('that is its own parent, or whose properties name themselves, ends', () => {
    const text = `<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version><relativePath>pom.xml</relativePath></parent>
      <artifactId>a</artifactId><properties><p>${open('q')}${open('q')}</p><q>${open('p')}${open('p')}</q></properties>
      <dependencies>${dependency('x', 'y', `<version>${open('p')}</version>`)}</dependencies></project>`;
    expect(list({ 'pom.xml': text })['pom.xml']).toEqual(['g:a@1', 'x:y@']);
  });
});
