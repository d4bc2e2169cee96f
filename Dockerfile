# Rekey as a container. See docs/install.md.

FROM node:24.22.3-bookworm-slim AS build
WORKDIR /rekey
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Only packages with native code stay. The build includes the others.
RUN npm run build && npm prune --omit=dev

# Only the program `node` comes from Node's image: no npm, no build tools.
FROM debian:12.15-slim
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /rekey
COPY --from=build /rekey/package.json /rekey/LICENSE ./
COPY --from=build /rekey/node_modules ./node_modules
COPY --from=build /rekey/views ./views
COPY --from=build /rekey/dist ./dist
# Less memory under load: otherwise Node keeps up to 48 MB for short-lived objects, and old garbage grows to several times the memory in use.
ENV NODE_ENV=production NODE_OPTIONS="--max-semi-space-size=1 --max-old-space-size=1024" REKEY_HOST=0.0.0.0
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["node", "dist/main.js", "--health"]
# Without this, SIGUSR1 opens Node's inspector until Rekey has started.
ENTRYPOINT ["node", "--disable-sigusr1", "dist/main.js"]
