import { childrenOf, childText, findChild, type XmlElement } from '../formats/xml-element.ts';

/** One `<dependency>`, as written. */
export interface PomDependency {
  readonly group: string;
  readonly artifact: string;
  readonly version?: string;
  readonly scope?: string;
  readonly type?: string;
  readonly optional: boolean;
}

/** What a pom.xml says, placeholders left as they are. Source: maven.apache.org, "POM Reference" 4.0.0. */
export interface Pom {
  readonly group?: string;
  readonly artifact?: string;
  readonly version?: string;
  readonly parent?: {
    readonly group: string;
    readonly artifact: string;
    readonly version: string;
    readonly path: string;
  };
  readonly properties: ReadonlyMap<string, string>;
  readonly dependencies: readonly PomDependency[];
  readonly managed: readonly PomDependency[];
  readonly licenses: readonly string[];
}

/** Reads the `<project>` element. */
export function readPom(project: XmlElement): Pom {
  const [group, artifact, version] = [
    childText(project, 'groupId'),
    childText(project, 'artifactId'),
    childText(project, 'version'),
  ];
  const parent = parentOf(findChild(project, 'parent'));
  return {
    ...(group === undefined ? {} : { group }),
    ...(artifact === undefined ? {} : { artifact }),
    ...(version === undefined ? {} : { version }),
    ...(parent === undefined ? {} : { parent }),
    properties: new Map(findChild(project, 'properties')?.children.map((child) => [child.name, child.text])),
    dependencies: dependenciesOf(project),
    managed: dependenciesOf(findChild(project, 'dependencyManagement')),
    licenses: childrenOf(findChild(project, 'licenses'), 'license')
      .map((license) => childText(license, 'name') ?? childText(license, 'url'))
      .filter((text) => text !== undefined),
  };
}

function parentOf(parent: XmlElement | undefined): Pom['parent'] {
  if (parent === undefined) return undefined;
  return {
    group: childText(parent, 'groupId') ?? '',
    artifact: childText(parent, 'artifactId') ?? '',
    version: childText(parent, 'version') ?? '',
    // An empty element means: do not look in a folder. Absent means the folder above.
    path: findChild(parent, 'relativePath')?.text ?? '../pom.xml',
  };
}

function dependenciesOf(of: XmlElement | undefined): PomDependency[] {
  return childrenOf(findChild(of, 'dependencies'), 'dependency').map((dependency) => {
    const [version, scope, type] = [
      childText(dependency, 'version'),
      childText(dependency, 'scope'),
      childText(dependency, 'type'),
    ];
    return {
      group: childText(dependency, 'groupId') ?? '',
      artifact: childText(dependency, 'artifactId') ?? '',
      ...(version === undefined ? {} : { version }),
      ...(scope === undefined ? {} : { scope }),
      ...(type === undefined ? {} : { type }),
      optional: childText(dependency, 'optional') === 'true',
    };
  });
}
