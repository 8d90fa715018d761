# The image assay-observer, for people who have a container daemon: docker build -f deploy/docker/observer.Dockerfile .
# `npm run images` builds it without one, smaller and reproducibly; a test holds user, environment and entry point of both equal.
FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --include=dev --include=optional && \
    cp node_modules/node-linux-*/bin/node /node && \
    /node tools/bundle-app.ts observer /app

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates libstdc++6 && \
    rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 65532 nonroot && useradd --uid 65532 --gid 65532 --create-home --shell /usr/sbin/nologin nonroot
COPY --from=build /node /usr/local/bin/node
COPY --from=build /app /app
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV HOME=/home/nonroot
ENV NODE_ENV=production
ENV MALLOC_ARENA_MAX=1
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=1", "--liftoff-only", "--optimize-for-size", "--no-maglev", "--v8-pool-size=1", "/app/observer.js"]
