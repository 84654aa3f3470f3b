# syntax=docker/dockerfile:1
# The service as an image: a Java 25 runtime, the extracted service, and an ahead-of-time cache (JEP 514) recorded with exactly
# this runtime and these files. Runs as user 10001 with a read-only root file system and a /tmp. Holds no secret.

FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /build
COPY . .
ARG COMMIT=unknown
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw --batch-mode --no-transfer-progress -pl vault-server -am -DskipTests -Dscaivault.commit="$COMMIT" package
# In layers, so that an upgrade of the service does not move its libraries again.
RUN mkdir extracted \
 && java -Djarmode=tools -jar vault-server/target/vault-server.jar extract --layers --destination extracted

FROM eclipse-temurin:25-jre
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="ScaiVault" \
      org.opencontainers.image.revision="$COMMIT"
WORKDIR /app
COPY --from=build /build/extracted/dependencies/ ./
COPY --from=build /build/extracted/spring-boot-loader/ ./
COPY --from=build /build/extracted/snapshot-dependencies/ ./
COPY --from=build /build/extracted/application/ ./
COPY --chmod=0555 deploy/start deploy/healthcheck ./

# The training run: starts the service far enough to load what a start and the first requests load, without database, key or network.
# It writes the cache beside the jar; a jar, a runtime or flags other than these make the JVM ignore the cache with a warning.
RUN ./start --train

USER 10001:10001
ENV BIND_ADDRESS=0.0.0.0:8443
EXPOSE 8443
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 CMD ["/app/healthcheck"]
ENTRYPOINT ["/app/start"]
