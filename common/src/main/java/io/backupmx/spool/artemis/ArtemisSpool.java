package io.backupmx.spool.artemis;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.config.SpoolConfig;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.SpoolWriter;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The spool on an Artemis broker: where to get its three sides. */
public final class ArtemisSpool {

    private final Links links;
    private final SpoolConfig config;

    private ArtemisSpool(Links links, SpoolConfig config) {
        this.links = links;
        this.config = config;
    }

    /**
     * @param brokerUrl for example {@code tcp://broker:61616}, or {@code vm://0} for one in this JVM
     * @throws SpoolException when the password file cannot be read
     */
    public static ArtemisSpool at(String brokerUrl, SpoolConfig config) {
        return new ArtemisSpool(new Links(brokerUrl, credentials(config)), config);
    }

    /** A writer that is connected, or trying to be; to be closed by {@link Writer#close}. */
    public Writer writer(Vertx vertx) {
        ArtemisWriter writer = new ArtemisWriter(vertx, links, config);
        writer.start();
        return writer;
    }

    /** @param spillDirectory an existing directory for large contents on their way */
    public Reader reader(Path spillDirectory) {
        return reader(spillDirectory, () -> {});
    }

    /**
     * @param onNoRoomPause told each time a queue is not read for half a minute because there is no room for what becomes
     *     of its mail; must not block or throw
     */
    public Reader reader(Path spillDirectory, Runnable onNoRoomPause) {
        ArtemisReader reader = new ArtemisReader(links, spillDirectory, onNoRoomPause);
        return new Reader(reader, new ArtemisAdmin(links, reader), new ArtemisMails(links));
    }

    /**
     * The common ground of the workers; connects once it is started.
     *
     * @param workerName for people, for example the machine's name; {@link ClusterBus#self} makes it unlike any other's
     */
    public ClusterBus cluster(String workerName) {
        return new ArtemisCluster(links, WorkerName.unique(workerName));
    }

    /**
     * A table that all processes of this spool share; connects once it is started.
     *
     * @param name {@code [a-z][a-z0-9-]*}; tables of one name are the same
     */
    public SharedTable table(String name) {
        return new ArtemisTable(links, name, config.storeTimeout());
    }

    /** A writer that somebody has to close, once the ingress has stopped: it waits for what is unconfirmed. */
    public interface Writer extends SpoolWriter, AutoCloseable {

        /** Whether the broker is there but will not have us: somebody has to mend user, password or roles. */
        boolean isRefused();

        /** Bytes sent to the broker and not yet answered for. */
        long inFlightBytes();

        @Override
        void close();
    }

    /** The worker's sides of the spool: the listing knows what the feeds hold. */
    public record Reader(SpoolReader feeds, SpoolAdmin admin, RestingMails mails) implements AutoCloseable {
        @Override
        public void close() {
            feeds.close();
            admin.close();
            mails.close();
        }
    }

    private static Optional<Links.Credentials> credentials(SpoolConfig config) {
        return config.user()
                .map(user -> new Links.Credentials(
                        user, config.passwordFile().map(ArtemisSpool::secretIn).orElse("")));
    }

    private static String secretIn(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new SpoolException(SpoolException.Kind.UNAVAILABLE, "spool.password_file: cannot read " + file, e);
        }
    }
}
