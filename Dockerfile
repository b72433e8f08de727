# syntax=docker/dockerfile:1
# scripts/replay-dockerfile.mjs runs these very lines in CI without Docker: it knows FROM, WORKDIR, COPY, RUN, ENV,
# USER, EXPOSE, HEALTHCHECK and CMD, and fails on anything else.

FROM node:20-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM packages AS build
RUN npm ci --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY migrations ./migrations
COPY src ./src
RUN npm run build

FROM packages AS production
# TypeScript is an optional peer of @nestjs/swagger: --omit=dev alone would leave it in.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:20-slim AS runtime
# A host that is not loopback makes the service refuse to start without AICMO_API_KEYS.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The program belongs to root and cannot change itself. Without DATABASE_URL the embedded database lives in ./.data,
# which the user of the process may create here: put a volume at /home/node to keep it.
WORKDIR /home/node
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: node is PID 1 and receives SIGTERM itself.
CMD ["node", "--enable-source-maps", "/app/dist/src/main.js"]
