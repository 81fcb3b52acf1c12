package io.backupmx.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Ports on 127.0.0.1 for servers that start, stop and start again during a test.
 *
 * <p>They lie below the range from which systems take the source ports of outgoing connections: a free port of that range
 * may be gone when its server comes back, and a client that keeps trying it may end up connected to itself.
 */
public final class Ports {

    private static final int LOWEST = 10_240;
    /** Linux takes source ports from 32768 up (net.ipv4.ip_local_port_range), others from 49152 up. */
    private static final int HIGHEST = 32_767;

    /** Test JVMs that run at the same time, by their number: each has the ports with its remainder. */
    private static final int FORKS = 4;

    private static final int FORK = Integer.getInteger("backupmx.fork", 0) % FORKS;

    private static final int TRIES = 1000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** 127.0.0.1: the tests leave IPv6 to the tests of IPv6. */
    public static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }

    /** A port nobody listens on, never the same twice in one JVM, nor in another that tests at the same time. */
    public static int free() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST / FORKS, HIGHEST / FORKS) * FORKS + FORK;
            if (GIVEN.add(port) && canListen(port)) {
                return port;
            }
        }
        throw new AssertionError("no free port on 127.0.0.1 in " + TRIES + " tries");
    }

    /** Returns once something accepts connections on {@code port}. */
    public static void awaitListening(int port, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        while (!accepts(port)) {
            if (deadline.isOver()) {
                throw new AssertionError("nothing listens on 127.0.0.1:" + port + " after " + timeout);
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** Returns once nobody does any more. */
    static void awaitClosed(int port, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        while (accepts(port)) {
            if (deadline.isOver()) {
                throw new AssertionError("127.0.0.1:" + port + " is still listened on after " + timeout);
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** Whether something accepts connections on {@code port} right now. */
    public static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(loopback(), port), 1000);
            return socket.getLocalPort() != port; // else it is connected to itself
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean canListen(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(loopback(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
