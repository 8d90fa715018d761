import { AssayError, type ScanRequest, type Target } from '@assay/contract';

/** A path that a program cannot take for an option, or for a prefix of its own. */
export function safePath(path: string): string {
  return /^(?:[\\/]|\.{1,2}[\\/]|[A-Za-z]:[\\/])/.test(path) ? path : `./${path}`;
}

/** The reference with the digest the request pins it to: what was decided on is what is scanned. */
export function pinnedReference(reference: string, request: ScanRequest): string {
  if (request.digest === undefined) return reference;
  const at = reference.indexOf('@');
  return `${at < 0 ? reference : reference.slice(0, at)}@${request.digest}`;
}

/** A target that the scanner has no words for. */
export function unreadable(id: string, target: Target, why: string): AssayError {
  const what = target.kind === 'registry' ? target.reference : target.path;
  return new AssayError('OPTION_INVALID', `${id} cannot scan ${JSON.stringify(what.slice(0, 200))}: ${why}`, {
    hint: 'Use --scanner assay, which can.',
  });
}

/** A pipe has one reader: ours. */
export function refuseStdin(id: string, target: Target): void {
  if (target.kind === 'sbom' && target.path === '-')
    throw unreadable(id, target, 'a document on standard input is read by this program only; give a file');
}
