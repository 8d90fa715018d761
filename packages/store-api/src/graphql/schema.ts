import { buildSchema, type GraphQLSchema } from 'graphql';

/** What 1.6 and 1.7 had, and the additions that were announced. Source: spec/amr.md §6.2, §6.3. */
const text = `
type Query {
  locations(query: LocationQuery): [Location!]!
  "Of TAP 1.6."
  apps(latest: Boolean = false, query: AppQuery): [App!]!
  images(first: Int, after: String, query: ImageQuery): ImageConnection!
  containers(first: Int, after: String, latest: Boolean = false, query: ContainerQuery): ContainerConnection!
  commits(first: Int, after: String, query: CommitQuery): CommitConnection!
  doraMetrics(query: DoraQuery): DoraMetrics!
  appAcceleratorRuns(first: Int, after: String, query: AppAcceleratorRunQuery): AppAcceleratorRunConnection!
}
type Location { alias: String reference: String! labels: [Label!] }
type Label { key: String! value: String! }
input LocationQuery { alias: String reference: String labels: [LabelQuery!] }
input LabelQuery { key: String value: String }
type PageInfo { endCursor: String hasNextPage: Boolean! }
input TimestampRange { "ISO 8601, left out itself." before: String "ISO 8601, left out itself." after: String }
type App {
  name: String namespace: String imageUrl: String imageDigest: String
  "Created, Available, Unavailable or Deleted."
  status: String
  instances: Int timestamp: String location: Location correlationId: String
}
input AppQuery { name: String namespace: String location: LocationQuery order: Order timestamp: TimestampRange }
input Order { field: OrderField! direction: Direction! }
enum OrderField { timestamp }
enum Direction { ASC DESC }
type Image {
  correlationId: String imageUrl: String imageDigest: String name: String namespace: String timestamp: String
  location: Location containers: ContainerConnection commit: Commit
}
type ImageConnection { nodes: [Image!]! pageInfo: PageInfo! }
input ImageQuery {
  correlationId: String imageDigest: String name: String namespace: String location: LocationQuery timestamp: TimestampRange
}
type Container {
  correlationId: String imageUrl: String imageDigest: String name: String namespace: String
  state: String timestamp: String location: Location image: Image
}
type ContainerConnection { nodes: [Container!]! pageInfo: PageInfo! }
input ContainerQuery {
  correlationId: String imageDigest: String name: String namespace: String location: LocationQuery timestamp: TimestampRange
}
type Commit { correlationId: String repoUrl: String sha: String tag: String timestamp: String location: Location }
type CommitConnection { nodes: [Commit!]! pageInfo: PageInfo! }
input CommitQuery {
  correlationId: String imageDigest: String name: String namespace: String location: LocationQuery timestamp: TimestampRange
}
type DoraMetrics {
  "Median seconds from commit to running container."
  aggregatedLeadTime: Float
  "Images that began to run in the period."
  aggregatedDeployments: Float
  doraMetricsPerCorrelationID: DoraMetricsPerCorrelationIDConnection
}
type DoraMetricsPerCorrelationID { correlationId: String leadTime: Float deployments: Int }
type DoraMetricsPerCorrelationIDConnection { nodes: [DoraMetricsPerCorrelationID!]! pageInfo: PageInfo! }
input DoraQuery { correlationId: String location: LocationQuery timestamp: TimestampRange }
type AppAcceleratorRunConnection { nodes: [AppAcceleratorRun!]! pageInfo: PageInfo! }
type AppAcceleratorRun {
  guid: String! source: String username: String namespace: String name: String
  appAcceleratorRepoURL: String appAcceleratorRevision: String appAcceleratorSubpath: String
  timestamp: String
  appAcceleratorSource: Commit
  appAcceleratorFragments: AppAcceleratorFragmentConnection
}
type AppAcceleratorFragment {
  namespace: String name: String
  appAcceleratorFragmentSourceRepoURL: String
  appAcceleratorFragmentSourceRevision: String
  appAcceleratorFragmentSourceSubpath: String
  appAcceleratorFragmentSource: Commit
}
type AppAcceleratorFragmentConnection { nodes: [AppAcceleratorFragment!]! pageInfo: PageInfo! }
input AppAcceleratorRunQuery {
  guid: String source: String username: String namespace: String name: String
  appAcceleratorRepoURL: String appAcceleratorRevision: String appAcceleratorSubpath: String
  timestamp: TimestampRange
}
`;

/** The schema without resolvers: they are functions on the values. */
export function createSchema(): GraphQLSchema {
  return buildSchema(text);
}
