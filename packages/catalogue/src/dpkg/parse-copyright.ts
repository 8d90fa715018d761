/**
 * The short names of the licences that a Debian copyright file declares, in order, each once; none for a file in no known form.
 * Source: Debian "Machine-readable debian/copyright file" 1.0, field `License`. Older files point to `/usr/share/common-licenses`.
 */
export function findLicenses(text: string): string[] {
  const names = new Set<string>();
  if (/^Format(?:-Specification)?:/im.test(text.slice(0, 2000))) {
    for (const match of text.matchAll(/^License:[ \t]*([^\r\n]*)/gim)) {
      const name = (match[1] ?? '').trim();
      if (name !== '' && name.length <= 200) names.add(name);
    }
  }
  if (names.size === 0) {
    for (const match of text.matchAll(/\/usr\/share\/common-licenses\/([A-Za-z0-9][A-Za-z0-9.+-]{0,80})/g)) {
      names.add((match[1] ?? '').replace(/\.+$/, ''));
    }
  }
  return [...names].slice(0, maxNames);
}

const maxNames = 100;
