# syntax=docker/dockerfile:1
# One image, two commands: the API by default, a worker with `node --no-memory-reducer --min-semi-space-size=16 --enable-source-maps dist/worker/main.js`.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS production-dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --ignore-scripts --prefer-offline --no-audit --no-fund

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --prefer-offline --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

# The stand-in GitLab of `docker compose --profile demo`, with development dependencies; no part of the service's image.
FROM build AS gitlab-stand-in
COPY test/gitlab ./test/gitlab
COPY test/container/gitlab-stand-in.ts ./test/container/
USER 1000:1000
EXPOSE 8929
HEALTHCHECK --interval=5s --timeout=4s --start-period=10s --retries=5 \
    CMD ["node", "--eval", "fetch('http://127.0.0.1:8929/__control/metrics').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "tsx", "test/container/gitlab-stand-in.ts"]

FROM ${NODE_IMAGE} AS service
# Inside a container loopback is reached by nobody else: who may call is decided by what port is published.
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=production-dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
USER 1000:1000
EXPOSE 3000
STOPSIGNAL SIGTERM
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
ARG SOURCE=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="go-mcp-gitlab" \
      org.opencontainers.image.description="GitLab MCP server for teams: API and worker" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.created="${CREATED}"
# A worker's container asks `dist/healthcheck.js worker` instead.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["node", "dist/healthcheck.js", "api"]
CMD ["node", "--no-memory-reducer", "--min-semi-space-size=16", "--enable-source-maps", "dist/api/main.js"]
