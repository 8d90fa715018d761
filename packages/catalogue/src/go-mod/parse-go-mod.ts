import { AssayError, type Rejected } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';

/** One `require` of a go.mod. */
export interface GoRequirement {
  readonly path: string;
  readonly version: string;
  readonly indirect: boolean;
  readonly line: number;
}

interface Replacement {
  readonly path: string;
  readonly version?: string;
  readonly byPath: string;
  readonly byVersion?: string;
}

/** What a go.mod says, `exclude` and `replace` applied. */
export interface GoMod {
  readonly module?: string;
  /** The `go` directive, such as `1.21`. */
  readonly go?: string;
  readonly requires: readonly GoRequirement[];
  readonly rejected: readonly Rejected[];
}

/** Reads a go.mod. Throws FILE_UNREADABLE. Source: go.dev/ref/mod, "go.mod files". */
export function parseGoMod(bytes: Uint8Array): GoMod {
  const rejected: Rejected[] = [];
  const requires: GoRequirement[] = [];
  const replacements: Replacement[] = [];
  const excluded = new Set<string>();
  let module: string | undefined;
  let go: string | undefined;
  for (const { line, words, comment } of directives(decodeText(bytes))) {
    const [verb, ...args] = words;
    const [a, b] = args;
    if (verb === 'module') module = a;
    else if (verb === 'go') go = a;
    else if (verb === 'exclude' && a !== undefined && b !== undefined) excluded.add(`${a}@${b}`);
    else if (verb === 'require') {
      if (a === undefined || b === undefined)
        rejected.push({ at: `line ${line}`, why: 'a requirement without a version' });
      else requires.push({ path: a, version: b, indirect: /^indirect\b/.test(comment), line });
    } else if (verb === 'replace') {
      const replacement = parseReplacement(args);
      if (replacement === undefined) rejected.push({ at: `line ${line}`, why: 'a replacement that cannot be read' });
      else replacements.push(replacement);
    }
  }
  if (module === undefined && requires.length === 0) {
    throw new AssayError('FILE_UNREADABLE', 'neither a module nor a requirement: not a go.mod');
  }
  const kept: GoRequirement[] = [];
  const exact = new Map(replacements.map((r) => [r.version === undefined ? r.path : `${r.path}@${r.version}`, r]));
  for (const wanted of requires) {
    if (excluded.has(`${wanted.path}@${wanted.version}`)) continue;
    const by = exact.get(`${wanted.path}@${wanted.version}`) ?? exact.get(wanted.path);
    if (by === undefined) kept.push(wanted);
    else if (by.byVersion !== undefined) kept.push({ ...wanted, path: by.byPath, version: by.byVersion });
    else
      rejected.push({
        at: `line ${wanted.line}`,
        why: `${wanted.path} is replaced by the folder ${by.byPath}, whose version nobody says`,
      });
  }
  return { ...(module === undefined ? {} : { module }), ...(go === undefined ? {} : { go }), requires: kept, rejected };
}

interface Directive {
  readonly line: number;
  readonly words: readonly string[];
  /** What stands after `//`. */
  readonly comment: string;
}

/** Every directive with its verb in front, those in parentheses too. */
function* directives(text: string): Generator<Directive> {
  let verb: string | undefined;
  for (const [index, raw] of linesOf(text).entries()) {
    const slashes = raw.search(/(?:^|\s)\/\//);
    const code = (slashes < 0 ? raw : raw.slice(0, slashes)).trim();
    const comment = slashes < 0 ? '' : raw.slice(raw.indexOf('//', slashes) + 2).trim();
    if (code === '') continue;
    if (verb !== undefined && code === ')') verb = undefined;
    else if (verb === undefined && /^\w+\s*\($/.test(code)) verb = code.slice(0, -1).trim();
    else {
      const words = code.split(/\s+/).map((word) => word.replace(/^(["`])(.*)\1$/, '$2'));
      yield { line: index + 1, words: verb === undefined ? words : [verb, ...words], comment };
    }
  }
}

function parseReplacement(args: readonly string[]): Replacement | undefined {
  const arrow = args.indexOf('=>');
  const [path, version] = args.slice(0, Math.max(0, arrow));
  const [byPath, byVersion] = args.slice(arrow + 1);
  if (arrow < 1 || path === undefined || byPath === undefined) return undefined;
  return {
    path,
    ...(version === undefined ? {} : { version }),
    byPath,
    ...(byVersion === undefined ? {} : { byVersion }),
  };
}

/**
 * The modules of a go.sum with the last version listed of each. Lines with `/go.mod` are of modules whose code was not needed.
 * Source: go.dev/ref/mod, "go.sum files".
 */
export function parseGoSum(bytes: Uint8Array): Map<string, string> {
  const out = new Map<string, string>();
  for (const line of linesOf(decodeText(bytes))) {
    const [path, version, hash] = line.trim().split(/\s+/);
    if (path === undefined || version === undefined || hash === undefined || version.endsWith('/go.mod')) continue;
    out.set(path, version);
  }
  return out;
}
