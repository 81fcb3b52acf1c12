# The images of docker-compose.yml, one target each: smtp-ingress, delivery-worker, broker, and the demo's primary.
# Without BuildKit's extensions, so that every builder can read it.
ARG MAVEN=maven:3.9.16-eclipse-temurin-25
ARG JRE=eclipse-temurin:25-jre-noble
ARG ARTEMIS=apache/artemis:2.56.0
ARG DEBIAN=debian:bookworm-slim

# ---------------------------------------------------------------- build: all modules, once for all images
FROM ${MAVEN} AS build
WORKDIR /src
COPY pom.xml ./
COPY test-support/pom.xml test-support/
COPY common/pom.xml common/
COPY smtp-ingress/pom.xml smtp-ingress/
COPY delivery-worker/pom.xml delivery-worker/
COPY standalone/pom.xml standalone/
ENV MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
ENV MAVEN_ARGS="-B -q -Dmaven.test.skip=true -Dspotless.check.skip=true -Dstatic.checks=-Xlint:none"
# Everything Maven needs, for as long as no POM changes: it compiles one empty package, for its plugins come as they are used.
RUN for module in test-support common smtp-ingress delivery-worker standalone; do \
      mkdir -p $module/src/main/java/warm && echo 'package warm;' >$module/src/main/java/warm/package-info.java; \
    done \
 && mvn package \
 && rm -rf */src */target
COPY test-support/src test-support/src
COPY common/src common/src
COPY smtp-ingress/src smtp-ingress/src
COPY delivery-worker/src delivery-worker/src
COPY standalone/src standalone/src
COPY deploy/artemis/broker.xml deploy/artemis/
RUN mvn -o package \
 && mkdir -p /out/libraries /out/app/lib \
 && mv standalone/target/lib/* /out/libraries/ \
 && for module in common smtp-ingress delivery-worker; do mv /out/libraries/$module-[0-9]*.jar /out/app/lib/; done \
 && mv standalone/target/standalone-[0-9]*.jar /out/app/

# ---------------------------------------------------------------- what ingress and worker have in common
FROM ${JRE} AS service
RUN groupadd --gid 10025 backupmx \
 && useradd --uid 10025 --gid backupmx --no-create-home --home-dir /var/lib/backupmx --shell /usr/sbin/nologin backupmx \
 && install -d -o backupmx -g backupmx -m 700 /var/lib/backupmx /etc/backupmx \
 && ln -s /opt/backupmx/backupmx /usr/local/bin/backupmx \
 && { [ -e "$JAVA_HOME/lib/server/classes.jsa" ] || java -Xshare:dump; }
COPY --from=build /out/libraries /opt/backupmx/lib
COPY backupmx deploy/containers/health deploy/containers/secrets /opt/backupmx/
COPY --from=build /out/app /opt/backupmx
# What a start loads, ready to be mapped: half the time and CPU of a start, and of each command.
RUN backupmx --archive
ENV BACKUPMX_DATA=/var/lib/backupmx \
    BACKUPMX_OPS__LISTEN=0.0.0.0:8025 \
    BACKUPMX_INGRESS__LISTEN=0.0.0.0:2525 \
    BACKUPMX_JAVA_OPTS=-XX:MaxRAMPercentage=50
USER backupmx
WORKDIR /var/lib/backupmx
EXPOSE 8025
ENTRYPOINT ["backupmx"]
# Alive is all it says: a service that waits for its broker needs no restart.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/opt/backupmx/health", "livez"]

FROM service AS smtp-ingress
EXPOSE 2525
CMD ["ingress"]

FROM service AS delivery-worker
CMD ["worker"]

# ---------------------------------------------------------------- the broker, with our settings at every start
FROM ${ARTEMIS} AS broker
COPY --chown=artemis:artemis deploy/artemis/instance /opt/backupmx-broker/etc
COPY --chown=artemis:artemis deploy/artemis/broker.xml /opt/backupmx-broker/etc/
COPY deploy/containers/broker /opt/backupmx-broker/start
EXPOSE 61616
ENTRYPOINT ["/opt/backupmx-broker/start"]
CMD []
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/61616"]

# ---------------------------------------------------------------- a primary to switch off and on, for the demo
FROM ${DEBIAN} AS primary
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postfix \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o nobody -m 700 /mail
COPY deploy/containers/primary /usr/local/bin/primary
USER nobody
WORKDIR /mail
EXPOSE 2525
ENTRYPOINT ["primary"]
