/** The policy of research/rego.md in kind: a finding that is bad, not ignored and has a fix stops the release. */
export const severityPolicy = `package release

import rego.v1

stopping := {"critical", "high"}

ignored contains entry.id if some entry in data.ignore

severity_of(vulnerability) := lower(vulnerability.ratings[0].severity)

deny contains message if {
	some vulnerability in input.vulnerabilities
	severity_of(vulnerability) in stopping
	not vulnerability.id in ignored
	some affected in vulnerability.affects
	message := sprintf("%s (%s) in %s", [vulnerability.id, severity_of(vulnerability), affected.ref])
}

counts[severity] := count(found) if {
	some severity in {"critical", "high", "medium", "low"}
	found := [1 | some vulnerability in input.vulnerabilities; severity_of(vulnerability) == severity]
}
`;

/** About 200 lines: rules of many kinds, as policies grow. */
export function longPolicy(): string {
  const rules = Array.from(
    { length: 24 },
    (_one, at) => `
deny contains msg if {
	some component in input.components
	startswith(component.purl, "pkg:type${at}/")
	not allowed_${at}(component)
	some licence in component.licenses
	licence.license.id in {"GPL-${at}", "AGPL-${at}"}
	msg := sprintf("%s: rule ${at}", [component.name])
}

allowed_${at}(component) if component.name in data.allowed["type${at}"]`,
  );
  return `package long\n\nimport rego.v1\n${rules.join('\n')}\n`;
}

/** A report of so many findings: 10 000 are 8 MB. */
export function reportText(findings: number): string {
  const severities = ['critical', 'high', 'medium', 'low', 'low', 'medium', 'medium', 'low'];
  const vulnerabilities = Array.from({ length: findings }, (_one, at) => ({
    id: `CVE-2026-${at}`,
    source: { name: 'NVD', url: `https://vulnerabilities.example/CVE-2026-${at}` },
    ratings: [{ severity: severities[at % severities.length], score: 7.5, method: 'CVSSv31', vector: 'CVSS:3.1/AV:N' }],
    description: 'A sentence as long as those that advisories are made of. '.repeat(7),
    affects: [{ ref: `pkg:npm/package-${at % 2_000}@1.${at % 50}.0` }],
  }));
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, vulnerabilities });
}

export const ignoreList = { ignore: Array.from({ length: 500 }, (_one, at) => ({ id: `CVE-2026-${at * 8}` })) };
