# Rekey as a container: docs/install.md tells how to run it.

FROM node:24.22.3-bookworm-slim AS build
WORKDIR /rekey
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# What is left of the packages has native code; the others are part of what was built.
RUN npm run build && npm prune --omit=dev

# Of Node's image only the program is taken: no npm, nothing to build with.
FROM debian:12.15-slim
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /rekey
COPY --from=build /rekey/package.json /rekey/LICENSE ./
COPY --from=build /rekey/node_modules ./node_modules
COPY --from=build /rekey/views ./views
COPY --from=build /rekey/dist ./dist
# Less memory under load: otherwise Node keeps up to 48 MB for what is short-lived, and lets old garbage grow to several times what is in use.
ENV NODE_ENV=production NODE_OPTIONS="--max-semi-space-size=1 --max-old-space-size=1024" REKEY_HOST=0.0.0.0
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["node", "dist/main.js", "--health"]
# No signal opens Node's inspector, not even before the program listens to it.
ENTRYPOINT ["node", "--disable-sigusr1", "dist/main.js"]
