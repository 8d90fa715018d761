import { formatPurl } from '@assay/contract';

/** The canonical package URL of an npm package. Source: purl-spec, npm: the scope is the namespace, its `@` encoded. */
export function npmPurl(name: string, version: string): string {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  return slash < 0
    ? formatPurl({ type: 'npm', name, version })
    : formatPurl({ type: 'npm', namespace: name.slice(0, slash), name: name.slice(slash + 1), version });
}

/** Splits `name@rest`, `@scope/name@rest`. `undefined` when there is no `@` after the name. */
export function splitAt(text: string): { readonly name: string; readonly rest: string } | undefined {
  const at = text.indexOf('@', 1);
  return at < 0 ? undefined : { name: text.slice(0, at), rest: text.slice(at + 1) };
}

/** Whether the text can be a package's name at all: no more than the registry and the tools on disk accept. */
export function isNpmName(text: string): boolean {
  return text !== '' && text.length <= 214 && /^(?:@[^/@\s]+\/)?[^/@\s]+$/.test(text);
}

/** Whether the text is a version rather than a URL, a path or a tag. Source: semver.org; npm writes exact ones to its locks. */
export function isNpmVersion(text: string): boolean {
  return /^v?\d+\.\d+\.\d+(?:[-+]|$)/.test(text);
}
