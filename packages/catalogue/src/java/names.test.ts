import { describe, expect, it } from 'vitest';
import { isJavaArchive, parseArchiveName } from './archive-name.ts';
import { parseGradleLockfile } from './gradle-lockfile.ts';
import { findKnownGroup } from './known-groups.ts';
import { parseManifest } from './manifest.ts';
import { parsePomProperties } from './pom-properties.ts';

describe('the file name of a Java archive', () => {
  it.each([
    ['a/spring-core-5.3.4.jar', 'spring-core', '5.3.4'],
    ['log4j-1.2-api-2.17.1.jar', 'log4j-1.2-api', '2.17.1'],
    ['guava-31.1-jre.jar', 'guava', '31.1-jre'],
    ['tool-1.0-SNAPSHOT.war', 'tool', '1.0-SNAPSHOT'],
    ['scala-library_2.13-1.0.jar', 'scala-library_2.13', '1.0'],
    ['foo-2.0-1.jar', 'foo', '2.0-1'],
    [
      'netty-transport-native-epoll-4.1.77.Final-linux-x86_64.jar',
      'netty-transport-native-epoll',
      '4.1.77.Final-linux-x86_64',
    ],
    ['tools.jar', 'tools', ''],
    ['apache-maven-3.jar', 'apache-maven', '3'],
  ])('%s says artifact and version', (path, artifact, version) => {
    expect(parseArchiveName(path)).toEqual({ artifact, version });
  });

  it('tells archives by their ending, in any case', () => {
    expect(['a.jar', 'a.WAR', 'a.ear', 'a.hpi', 'a.jpi'].every(isJavaArchive)).toBe(true);
    expect(['a.zip', 'jar', 'a.jar.txt'].some(isJavaArchive)).toBe(false);
  });

  it('made of dashes and digits costs no more than its length', () => {
    const start = performance.now();
    parseArchiveName(`${'-1'.repeat(50_000)}.jar`);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

// JAR File Specification, "Name-Value pairs and Sections"
describe('a manifest', () => {
  it('is its main section, with long lines joined', () => {
    const manifest = parseManifest(
      Buffer.from(
        'Manifest-Version: 1.0\r\nBundle-Name: a long\r\n  name\r\nMAIN-Class: x\r\n\r\nName: other\r\nBundle-Name: no\r\n',
      ),
    );
    expect([...manifest]).toEqual([
      ['manifest-version', '1.0'],
      ['bundle-name', 'a long name'],
      ['main-class', 'x'],
    ]);
  });
});

// java.util.Properties.load
describe('a pom.properties', () => {
  it('says group, artifact and version, whatever separates them', () => {
    const text = '#comment\n!comment\n groupId = org.example\r\nartifactId:tool\nversion=1.0\n';
    expect(parsePomProperties(Buffer.from(text))).toEqual({ group: 'org.example', artifact: 'tool', version: '1.0' });
  });

  it('without artifact or version says nothing', () => {
    expect(parsePomProperties(Buffer.from('groupId=g\nversion=1'))).toBeUndefined();
    expect(parsePomProperties(Buffer.from(''))).toBeUndefined();
  });
});

describe('known groups', () => {
  it('are found by whole name, else by its beginning', () => {
    expect(findKnownGroup('spring-core')).toBe('org.springframework');
    expect(findKnownGroup('spring-boot-starter-web')).toBe('org.springframework.boot');
    expect(findKnownGroup('log4j-core')).toBe('org.apache.logging.log4j');
    expect(findKnownGroup('toString')).toBeUndefined();
  });
});

// docs.gradle.org, "Locking Versions"
describe('a gradle.lockfile', () => {
  it('lists coordinates; those only tests use are for development', () => {
    const text = `# This is a Gradle generated file for dependency locking.
# Manual edits can break the build and are not advised.
com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath
junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath
empty=annotationProcessor
bogus
`;
    expect(parseGradleLockfile(Buffer.from(text))).toMatchObject({
      packages: [
        { purl: 'pkg:maven/com.google.guava/guava@31.1-jre', dev: false },
        { purl: 'pkg:maven/junit/junit@4.13.2', dev: true },
      ],
      rejected: [{ at: 'line 6' }],
    });
  });
});
