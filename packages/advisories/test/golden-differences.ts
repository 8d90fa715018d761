/** A finding that not all tell, and why. */
export interface Difference {
  /** Inputs that show it. */
  readonly inputs: readonly string[];
  readonly package: string;
  readonly id: string;
  /** Who reports it and who does not. */
  readonly side: 'only Grype' | 'only Trivy' | 'only Assay';
  readonly reason: string;
  /** Whether the record is in the shared OSV records at all; if not, it does not count against us. */
  readonly inData: boolean;
}

const gobins = ['debian-meta', 'debian-meta-zstd', 'distroless-like', 'gobin-a', 'multiarch', 'with-sbom'];

/** Every difference between our findings and those of Grype 0.120 or Trivy 0.74 over the same packages. */
export const differences: readonly Difference[] = [
  {
    inputs: ['alpine-3.4'],
    package: 'apk/alpine/libcrypto1.0@1.0.2j-r0',
    id: 'CVE-2024-0727',
    side: 'only Grype',
    reason: 'by CPE from the NVD part of Grype’s database; no OSV record names the package',
    inData: false,
  },
  {
    inputs: ['alpine-3.4'],
    package: 'apk/alpine/libssl1.0@1.0.2j-r0',
    id: 'CVE-2024-0727',
    side: 'only Grype',
    reason: 'by CPE from the NVD part of Grype’s database; no OSV record names the package',
    inData: false,
  },
  {
    inputs: ['debian-meta', 'debian-meta-zstd', 'pyvenv-a'],
    package: 'pypi//urllib3@1.24.1',
    id: 'GHSA-38jv-5279-wg99',
    side: 'only Grype',
    reason: 'a GitHub record in Grype’s database that is not among the shared OSV records',
    inData: false,
  },
  {
    inputs: [...gobins, 'lock-a'],
    package: 'golang/github.com/gin-gonic/gin@1.6.0',
    id: 'GHSA-3vp4-m3rf-835h',
    side: 'only Grype',
    reason: 'a GitHub record in Grype’s database that is not among the shared OSV records',
    inData: false,
  },
  {
    inputs: gobins,
    package: 'golang/golang.org/x/crypto@0.0.0-20200220183623-bac4c82f6975',
    id: 'GO-2026-5932',
    side: 'only Assay',
    reason: 'affected from 0 on without a fix; OSV-Scanner reports it, Trivy leaves it out, Grype sees no symbol of it',
    inData: true,
  },
];
