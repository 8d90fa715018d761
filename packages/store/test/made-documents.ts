/** Documents that share most of what they list, the same for the same number. */
export interface MadeDocument {
  readonly uid: string;
  readonly name: string;
  readonly digest: string;
  readonly packages: readonly string[];
  /** `package CVE`. */
  readonly pairs: readonly string[];
  readonly bytes: Uint8Array;
}

/** A small generator of numbers: the same seed gives the same run. Source: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Document number `at`: `size` of twice as many packages, in an order of its own, every third with vulnerabilities. */
export function makeDocument(at: number, size = 60): MadeDocument {
  const random = randomFrom(at + 1);
  const numbers = Array.from({ length: size * 2 }, (_, each) => each)
    .map((each) => ({ each, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, size)
    .map(({ each }) => each);
  const digest = `sha256:${String(at % 10).repeat(64)}`;
  const ref = (number: number): string => `pkg:npm/package-${number}@1.${number % 7}.0`;
  const found = numbers.filter((number) => number % 3 === 0);
  const cves = [...new Set(found.map((number) => `CVE-2024-${1000 + (number % 20)}`))];
  const affected = (cve: string) => found.filter((number) => `CVE-2024-${1000 + (number % 20)}` === cve);
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.4',
    version: 1,
    metadata: {
      // No two are of one moment: which is the newest does not hang on who came first.
      timestamp: new Date(Date.UTC(2026, 0, 1) + ((at * 7919) % 10_007) * 60_000).toISOString(),
      tools: [{ name: 'grype', version: '0.120.0' }],
      component: { type: 'container', name: `registry.example.com/app-${at % 10}`, version: digest },
    },
    components: numbers.map((number) => ({
      ...{ type: 'library', 'bom-ref': ref(number), purl: ref(number) },
      ...{ name: `package-${number}`, version: `1.${number % 7}.0` },
    })),
    vulnerabilities: cves.map((id) => ({
      id,
      source: { name: 'nvd' },
      ratings: [{ method: 'CVSSv31', severity: 'high', score: 7.5, source: { name: 'nvd' } }],
      affects: affected(id).map((number) => ({ ref: ref(number) })),
    })),
  };
  return {
    uid: `report-${at}`,
    name: `app-${at % 10}`,
    digest,
    packages: numbers.map((number) => `package-${number}@1.${number % 7}.0`).sort(),
    pairs: found.map((number) => `package-${number} CVE-2024-${1000 + (number % 20)}`).sort(),
    bytes: Buffer.from(JSON.stringify(document)),
  };
}
