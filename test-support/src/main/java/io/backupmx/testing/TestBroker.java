package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ActiveMQServers;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;

/** A real broker with the product's own settings, in this JVM, reachable in-VM and over TCP on loopback. */
public final class TestBroker implements AutoCloseable {

    private static final AtomicInteger NEXT_ID = new AtomicInteger(1000);
    private static final String SETTINGS = "deploy/artemis/broker.xml";

    private final ActiveMQServer server;
    private final int id;
    private final int port;

    private final Path directory;

    private TestBroker(ActiveMQServer server, Path directory, int id, int port) {
        this.server = server;
        this.directory = directory;
        this.id = id;
        this.port = port;
    }

    /** Starts a broker whose files are below {@code directory}; starting again there finds what was kept. */
    public static TestBroker start(Path directory) {
        return start(directory, 0, 95);
    }

    /** The same broker at the same addresses, once it was closed. */
    public TestBroker restarted() {
        return start(directory, id, port, 100);
    }

    /**
     * @param port for TCP; 0 takes a free one
     * @param maxDiskUsagePercent of the disk below {@code directory}; 0 is a disk that is full
     */
    public static TestBroker start(Path directory, int port, int maxDiskUsagePercent) {
        return start(directory, NEXT_ID.incrementAndGet(), port == 0 ? freePort() : port, maxDiskUsagePercent);
    }

    /**
     * A broker that asks who comes, as the product's separate one does: ingress, worker and admin, the password of each
     * its name.
     */
    public static TestBroker guarded(Path directory) {
        return start(directory, NEXT_ID.incrementAndGet(), freePort(), 95, true);
    }

    private static TestBroker start(Path directory, int id, int bound, int maxDiskUsagePercent) {
        return start(directory, id, bound, maxDiskUsagePercent, false);
    }

    private static TestBroker start(Path directory, int id, int bound, int maxDiskUsagePercent, boolean guarded) {
        try {
            Configuration configuration = configuration(directory)
                    .setMaxDiskUsage(maxDiskUsagePercent)
                    .addAcceptorConfiguration("in-vm", "vm://" + id)
                    .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + bound + "?protocols=CORE");
            if (guarded) {
                configuration.setSecurityEnabled(true);
            }
            ActiveMQServer server = ActiveMQServers.newActiveMQServer(
                    configuration,
                    null,
                    new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users()),
                    true);
            server.start();
            if (!server.waitForActivation(20, java.util.concurrent.TimeUnit.SECONDS)) {
                throw new IllegalStateException("the broker did not become active");
            }
            return new TestBroker(server, directory, id, bound);
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not start", e);
        }
    }

    private static SecurityConfiguration users() {
        SecurityConfiguration users = new SecurityConfiguration();
        for (String name : List.of("ingress", "worker", "admin")) {
            users.addUser(name, name);
            users.addRole(name, name);
        }
        return users;
    }

    private static Configuration configuration(Path directory) throws Exception {
        FileConfiguration configuration = new FileConfiguration();
        FileDeploymentManager deployment = new FileDeploymentManager(SETTINGS);
        deployment.addDeployable(configuration);
        deployment.readConfiguration();
        return configuration
                .setSecurityEnabled(false)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large-messages").toString())
                .setNodeManagerLockDirectory(directory.resolve("journal").toString());
    }

    /** Where the settings file is, for those who run a broker of their own. */
    public static URL settings() {
        return Objects.requireNonNull(TestBroker.class.getClassLoader().getResource(SETTINGS));
    }

    /** For clients in this JVM. */
    public String inVmUrl() {
        return "vm://" + id;
    }

    /** For clients over TCP. */
    public String tcpUrl() {
        return "tcp://127.0.0.1:" + port;
    }

    /** The server itself, for what no client may see or do. */
    public ActiveMQServer server() {
        return server;
    }

    /** Makes the disk look full, or no longer so, at the broker's next look at it. */
    public void setMaxDiskUsage(int percent) {
        try {
            ((ActiveMQServerImpl) server).getMonitor().setMaxUsage(percent / 100.0);
            ((ActiveMQServerImpl) server).getMonitor().tick();
        } catch (RuntimeException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not stop", e);
        }
    }

    private static int freePort() {
        try (java.net.ServerSocket socket =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
