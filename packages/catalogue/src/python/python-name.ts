import { formatPurl } from '@assay/contract';

/** The name as PyPI compares it. Source: PEP 503, "Normalized Names". */
export function normalPythonName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The canonical package URL of a Python distribution; its name is written as PEP 503 says. */
export function pythonPurl(name: string, version: string): string {
  return formatPurl({ type: 'pypi', name: normalPythonName(name), version });
}

/** The name at the start of a requirement such as `requests[socks] >= 2; python_version < "3"`. Source: PEP 508. */
export function requirementName(text: string): string | undefined {
  return /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)/.exec(text)?.[1];
}
