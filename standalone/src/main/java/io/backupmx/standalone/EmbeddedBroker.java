package io.backupmx.standalone;

import io.backupmx.ops.StartException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ActiveMQServers;

/**
 * The broker within this JVM, with the settings of {@code deploy/artemis/broker.xml}, reachable by nobody outside it.
 * Started only when a self-test has shown that it pages: on a wrongly started JVM it would take mail and then fail.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final String SETTINGS = "deploy/artemis/broker.xml";
    private static final String URL = "vm://0";
    private static final long START_SECONDS = 60;

    private final ActiveMQServer server;

    private EmbeddedBroker(ActiveMQServer server) {
        this.server = server;
    }

    /**
     * Returns when the broker takes mail.
     *
     * @param directory where journal, pages and large messages are, made when absent
     * @param onDiskFailure told, on a thread of its own, when the disk failed and the broker has ended for it
     * @throws StartException when it cannot run there
     */
    public static EmbeddedBroker start(Path directory, Consumer<String> onDiskFailure) {
        try {
            ActiveMQServer server = ActiveMQServers.newActiveMQServer(configuration(directory), null, null, true);
            server.registerIOCriticalErrorListener((failure, message, _) -> Thread.ofPlatform()
                    .daemon()
                    .name("disk-failure")
                    .start(() -> onDiskFailure.accept(message + ": " + failure.getMessage())));
            server.start();
            if (!server.waitForActivation(START_SECONDS, TimeUnit.SECONDS)) {
                server.stop();
                throw new StartException("the spool at " + directory + " did not open within " + START_SECONDS + " s");
            }
            EmbeddedBroker broker = new EmbeddedBroker(server);
            try {
                PagingSelfTest.run(server, URL);
            } catch (StartException e) {
                broker.close();
                throw e;
            }
            return broker;
        } catch (StartException e) {
            throw e;
        } catch (Exception e) {
            throw new StartException("the spool at " + directory + " cannot be opened: " + e.getMessage(), e);
        }
    }

    private static Configuration configuration(Path directory) throws Exception {
        FileConfiguration settings = new FileConfiguration();
        FileDeploymentManager deployment = new FileDeploymentManager(SETTINGS);
        deployment.addDeployable(settings);
        deployment.readConfiguration();
        return settings.setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large-messages").toString())
                .setNodeManagerLockDirectory(directory.resolve("journal").toString())
                .addAcceptorConfiguration("in-vm", URL);
    }

    /** For clients in this JVM. */
    public String url() {
        return URL;
    }

    /** Waits until everything is on disk. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not stop cleanly", e);
        }
    }
}
