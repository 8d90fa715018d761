import {
  type ArtifactFilter,
  type ArtifactRow,
  findPackages,
  type Link,
  linksOfPackages,
  linksOfVulnerabilities,
  type PackageRow,
  packagesById,
  type Queries,
  type RatingRow,
  ratingsOf,
  sourcesOfImages,
  type VulnerabilityRow,
  vulnerabilitiesById,
} from '@assay/store';
import { toImage, toPackage, toRating, toSource, toVulnerability } from './models.ts';

/** Lists that end the recursion of the model: present and empty, as scripts iterate over them. Source: spec/store.md §4.4. */
const none: readonly never[] = [];

/** Packages with their vulnerabilities and ratings. */
export async function packageTrees(queries: Queries, packages: readonly PackageRow[]) {
  const links = await linksOfPackages(
    queries,
    packages.map(({ id }) => id),
  );
  const ids = [...new Set(links.map(({ vulnerabilityId }) => vulnerabilityId))];
  const [vulnerabilities, ratings] = [await vulnerabilitiesById(queries, ids), await ratingsOf(queries, ids)];
  return nestPackages(packages, links, vulnerabilities, ratings);
}

/** As `packageTrees`, from rows that are at hand. */
export function nestPackages(
  packages: readonly PackageRow[],
  links: readonly Link[],
  vulnerabilities: readonly VulnerabilityRow[],
  ratings: readonly RatingRow[],
) {
  const ratingsById = Map.groupBy(ratings, ({ vulnerabilityId }) => vulnerabilityId);
  const leaves = new Map(
    vulnerabilities.map((row) => [
      row.id,
      { ...toVulnerability(row), Ratings: (ratingsById.get(row.id) ?? []).map(toRating), Packages: none },
    ]),
  );
  const linksByPackage = Map.groupBy(links, ({ packageId }) => packageId);
  return packages.map((row) => ({
    ...toPackage(row),
    Images: none,
    Sources: none,
    Vulnerabilities: (linksByPackage.get(row.id) ?? [])
      .map(({ vulnerabilityId }) => leaves.get(vulnerabilityId))
      .filter((leaf) => leaf !== undefined),
  }));
}

/** Vulnerabilities with their ratings and packages; of `within` only, when given. */
export async function vulnerabilityTrees(
  queries: Queries,
  vulnerabilities: readonly VulnerabilityRow[],
  within?: ArtifactFilter,
) {
  const ids = vulnerabilities.map(({ id }) => id);
  const links = await linksOfVulnerabilities(queries, ids, within);
  const packages = await packagesById(queries, [...new Set(links.map(({ packageId }) => packageId))]);
  const leaves = new Map(
    packages.map((row) => [row.id, { ...toPackage(row), Images: none, Sources: none, Vulnerabilities: none }]),
  );
  const linksOf = Map.groupBy(links, ({ vulnerabilityId }) => vulnerabilityId);
  const ratingsById = Map.groupBy(await ratingsOf(queries, ids), ({ vulnerabilityId }) => vulnerabilityId);
  return vulnerabilities.map((row) => ({
    row,
    tree: {
      ...toVulnerability(row),
      Ratings: (ratingsById.get(row.id) ?? []).map(toRating),
      Packages: (linksOf.get(row.id) ?? [])
        .map(({ packageId }) => leaves.get(packageId))
        .filter((leaf) => leaf !== undefined),
    },
  }));
}

/** An image with everything ever found in it. */
export async function imageTree(queries: Queries, image: ArtifactRow) {
  const { rows } = await findPackages(queries, { in: { kind: 'image', id: image.id } });
  const sources = await sourcesOfImages(queries, [image.id]);
  return {
    ...toImage(image),
    Packages: await packageTrees(queries, rows),
    Sources: sources.map((source) => ({ ...toSource(source), Packages: none, Images: none })),
  };
}

/** A source with everything ever found in it. */
export async function sourceTree(queries: Queries, source: ArtifactRow) {
  const { rows } = await findPackages(queries, { in: { kind: 'source', id: source.id } });
  return { ...toSource(source), Packages: await packageTrees(queries, rows), Images: none };
}

/** An image or a source alone. */
export function leafOf(artifact: ArtifactRow) {
  return artifact.kind === 'image'
    ? { ...toImage(artifact), Packages: none, Sources: none }
    : { ...toSource(artifact), Packages: none, Images: none };
}
