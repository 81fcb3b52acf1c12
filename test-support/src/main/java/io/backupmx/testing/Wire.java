package io.backupmx.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One TCP connection, read byte by byte through a small buffer, blocking, with a deadline on every wait. For one reading thread. */
final class Wire implements Closeable {

    private static final int CR = '\r';
    private static final int LF = '\n';

    /** Ends writes that block: sockets have no timeout for those. */
    private static final ScheduledThreadPoolExecutor GUARD = guard();

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[4096];
    private int next;
    private int end;

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    private static ScheduledThreadPoolExecutor guard() {
        ScheduledThreadPoolExecutor guard = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("write-deadlines").factory());
        guard.setRemoveOnCancelPolicy(true);
        return guard;
    }

    static Wire accepted(Socket socket) throws IOException {
        return new Wire(socket);
    }

    static Wire connect(InetAddress address, int port, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address, port), (int) timeout.toMillis());
            return new Wire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The next byte, or -1 when the peer has closed; waits without limit. */
    int read() throws IOException {
        return next < end ? buffer[next++] & 0xff : fill(0);
    }

    /** The next byte, or -1 when the peer has closed. */
    int read(Deadline deadline) throws IOException {
        if (next < end) {
            return buffer[next++] & 0xff;
        }
        int millis = (int) Math.min(Integer.MAX_VALUE, deadline.remaining().toMillis());
        if (millis == 0) {
            throw new SocketTimeoutException("deadline is over");
        }
        return fill(millis);
    }

    private int fill(int timeoutMillis) throws IOException {
        socket.setSoTimeout(timeoutMillis);
        int count = in.read(buffer);
        if (count < 0) {
            return -1;
        }
        end = count;
        next = 1;
        return buffer[0] & 0xff;
    }

    /**
     * Bytes up to and without CRLF, which alone ends a line (RFC 5321 §2.3.8); lone CR and LF stay in.
     *
     * @throws EOFException when the peer closes; its message shows what had come of the line
     * @throws ProtocolException when more than {@code limit} octets come without CRLF
     */
    byte[] readLine(int limit, Deadline deadline) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        int before = -1;
        while (true) {
            int octet;
            try {
                octet = read(deadline);
            } catch (SocketTimeoutException e) {
                throw new SocketTimeoutException("timed out after " + Octets.shown(line.toByteArray()));
            }
            if (octet < 0) {
                throw new EOFException("closed after " + Octets.shown(line.toByteArray()));
            }
            if (octet == LF && before == CR) {
                byte[] all = line.toByteArray();
                return Arrays.copyOf(all, all.length - 1);
            }
            if (line.size() >= limit) {
                throw new ProtocolException("no CRLF within " + limit + " octets: " + Octets.shown(line.toByteArray()));
            }
            line.write(octet);
            before = octet;
        }
    }

    /** Whether the peer has already sent more than was read. */
    boolean hasPending() throws IOException {
        return next < end || in.available() > 0;
    }

    void write(byte[] octets) throws IOException {
        out.write(octets);
    }

    /** Writes all of it; a peer that does not read by then loses the connection. */
    void write(byte[] octets, Deadline deadline) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        Future<?> guard = GUARD.schedule(
                () -> {
                    late.set(true);
                    reset();
                    return late;
                },
                deadline.remaining().toNanos(),
                TimeUnit.NANOSECONDS);
        try {
            out.write(octets);
        } catch (IOException e) {
            if (late.get()) {
                throw new SocketTimeoutException("the peer does not read");
            }
            throw e;
        } finally {
            guard.cancel(false);
        }
    }

    /** Closes with a RST: the peer sees "connection reset". */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Says that nothing more will come, and waits until the peer has closed. */
    void finish() throws IOException {
        socket.shutdownOutput();
        while (read() >= 0) {
            // the peer may go on for a while
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
