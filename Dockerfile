# Downstream: commands and workers. docker-compose.yml puts Postgres and Redis beside it.
FROM node:20-slim

WORKDIR /app
ENV NODE_ENV=production

# Dependencies first, so that a change of the program does not install them anew.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY src ./src
COPY workers ./workers
COPY graphs ./graphs
# Readable by any user, also where the checkout was made under a strict umask. Reports come in and exports go out at /files.
RUN chmod -R a+rX package.json src workers graphs && install -d -o node -g node /files
USER node
WORKDIR /files

ENTRYPOINT ["node", "/app/src/cli/downstream.mjs"]
