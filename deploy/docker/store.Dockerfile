# The image assay-store, for people who have a container daemon: docker build -f deploy/docker/store.Dockerfile .
# `npm run images` builds it without one, smaller and reproducibly; a test holds user, environment and entry point of both equal.
FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --include=dev --include=optional && \
    cp node_modules/node-linux-*/bin/node /node && \
    /node tools/bundle-app.ts store /app

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
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/app/store.js"]
