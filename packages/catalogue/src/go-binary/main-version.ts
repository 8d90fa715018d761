import type { GoModules } from './parse-modules.ts';

/**
 * Names of variables that hold the program's version, in lower case without `_`: `version`, `gitVersion`, `BUILD_TAG`. A list, since
 * `goVersion` and `apiVersion` mean something else.
 */
const versionName =
  /^(?:git|build|built|app|application|release|product|program|full|cli|main|binary|current|tool|server|client|package|project|service|sem|semantic)?(?:version|ver|tag)(?:string|number|tag)?$/;
const versionText = /^(?:\S*\/)?(v?\d+\.\d+\.\d+[-+.\w]*)$/;

/**
 * The version of the main module. A release of a module says it itself; one built from a working copy says `(devel)` or nothing,
 * then a variable that the linker was told to set counts (`-ldflags "-X main.version=1.2.3"`), then the commit, written as Go
 * writes versions of commits. `''` when nobody says. Source: go.dev/ref/mod, "Pseudo-versions"; cmd/link, flag `-X`.
 */
export function mainVersion(modules: GoModules): string {
  const version = modules.main?.replacedBy?.version ?? modules.main?.version ?? '';
  if (version !== '' && version !== '(devel)') return version;
  return linkedVersion(modules) ?? commitVersion(modules.settings) ?? '';
}

function linkedVersion(modules: GoModules): string | undefined {
  const flags = modules.settings.get('-ldflags') ?? '';
  const candidates: { readonly isOwn: boolean; readonly version: string }[] = [];
  for (const match of flags.matchAll(/-X[= ]\s*["']?([^\s"'=]+)=["']?([^\s"']+)/g)) {
    const [, variable = '', value = ''] = match;
    const dot = variable.lastIndexOf('.');
    const version = versionText.exec(value)?.[1];
    if (dot <= 0 || version === undefined || !isVersionName(variable.slice(dot + 1))) continue;
    candidates.push({ isOwn: isOwnPackage(variable.slice(0, dot), modules), version });
  }
  // Some programs set the variable of a library that prints versions; their own comes first.
  return (candidates.find(({ isOwn }) => isOwn) ?? candidates[0])?.version;
}

function isVersionName(name: string): boolean {
  return versionName.test(name.toLowerCase().replaceAll('_', ''));
}

function isOwnPackage(path: string, modules: GoModules): boolean {
  const own = modules.main?.path;
  return path === 'main' || (own !== undefined && (path === own || path.startsWith(`${own}/`)));
}

function commitVersion(settings: ReadonlyMap<string, string>): string | undefined {
  const revision = settings.get('vcs.revision') ?? '';
  const time = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(settings.get('vcs.time') ?? '');
  if (!/^[0-9a-f]{12,64}$/.test(revision) || time === null) return undefined;
  return `v0.0.0-${time.slice(1).join('')}-${revision.slice(0, 12)}`;
}
