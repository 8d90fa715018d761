import { formatPurl } from '@assay/contract';

/** The canonical package URL of a NuGet package. */
export function nugetPurl(name: string, version: string): string {
  return formatPurl({ type: 'nuget', name, version });
}

/** NuGet's ids have no case; keys are compared in lower case. */
export function nugetKey(name: string, version: string): string {
  return `${name.toLowerCase()}/${version.toLowerCase()}`;
}

/** Splits `Name/1.2.3`. */
export function splitNuget(text: string): { readonly name: string; readonly version: string } | undefined {
  const slash = text.lastIndexOf('/');
  return slash <= 0 ? undefined : { name: text.slice(0, slash), version: text.slice(slash + 1) };
}

/** NuGet writes SHA-512 in Base64, with or without `sha512-` in front. */
export function sha512Of(base64: string | undefined): Record<string, string> {
  const text = base64?.replace(/^sha512-/, '') ?? '';
  return /^[A-Za-z0-9+/]{86}==$/.test(text) ? { sha512: Buffer.from(text, 'base64').toString('hex') } : {};
}
