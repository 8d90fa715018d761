/** A module as a program lists it. */
export interface GoModule {
  readonly path: string;
  /** `''` when nobody says; `(devel)` when it was built from a working copy. */
  readonly version: string;
  /** `h1:…`, the sum of go.sum. */
  readonly sum?: string;
  /** What was built in its place. Its version is `''` for a folder. */
  readonly replacedBy?: { readonly path: string; readonly version: string };
}

/** What a Go program says of its modules. */
export interface GoModules {
  /** Package path of `main`. */
  readonly path?: string;
  readonly main?: GoModule;
  readonly dependencies: readonly GoModule[];
  /** `-ldflags`, `GOARCH`, `vcs.revision`, … */
  readonly settings: ReadonlyMap<string, string>;
}

/** Reads the lines that the linker wrote; those of an unknown kind are of a later Go and are passed over. Source: Go's runtime/debug, `ParseBuildInfo`. */
export function parseModules(text: string): GoModules {
  const dependencies: GoModule[] = [];
  const settings = new Map<string, string>();
  let path: string | undefined;
  let main: GoModule | undefined;
  let isAfterMain = false;
  for (const line of text.split('\n')) {
    const [kind, ...fields] = line.split('\t');
    const [a = '', version = '', sum] = fields;
    if (kind === 'path') path = a;
    else if (kind === 'mod' && a !== '') {
      main = toModule(a, version, sum);
      isAfterMain = true;
    } else if (kind === 'dep' && a !== '') {
      dependencies.push(toModule(a, version, sum));
      isAfterMain = false;
    } else if (kind === '=>' && a !== '') {
      const replacedBy = { path: a, version };
      const last = dependencies.at(-1);
      if (isAfterMain && main !== undefined) main = { ...main, replacedBy };
      else if (last !== undefined) dependencies[dependencies.length - 1] = { ...last, replacedBy };
    } else if (kind === 'build') {
      const { key, value } = parseSetting(fields.join('\t'));
      if (key !== '') settings.set(key, value);
    }
  }
  return { ...(path === undefined ? {} : { path }), ...(main === undefined ? {} : { main }), dependencies, settings };
}

function toModule(path: string, version: string, sum: string | undefined): GoModule {
  return { path, version, ...(sum === undefined || sum === '' ? {} : { sum }) };
}

/** `key=value`, either quoted as Go quotes. */
function parseSetting(text: string): { readonly key: string; readonly value: string } {
  const quoted = /^(?:"(?:[^"\\]|\\.)*"|`[^`]*`)(?==)/.exec(text)?.[0];
  const equals = quoted === undefined ? text.indexOf('=') : quoted.length;
  if (equals < 0) return { key: unquoted(text), value: '' };
  return { key: unquoted(text.slice(0, equals)), value: unquoted(text.slice(equals + 1)) };
}

function unquoted(text: string): string {
  if (text.length >= 2 && text.startsWith('`') && text.endsWith('`')) return text.slice(1, -1);
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(?:n|t|(.))/g, (written, c?: string) => c ?? (written === '\\n' ? '\n' : '\t'));
}
