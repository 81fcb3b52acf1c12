package io.backupmx.testing;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A DNS server on 127.0.0.1 over UDP, for long answers also TCP (RFC 1035), that knows what a test tells it, from then on: MX, A, AAAA and TXT records, names
 * that fail or get no answer. What it was told nothing of does not exist. Records may be kept for {@link #ttl}.
 */
public final class FakeDns implements AutoCloseable {

    private static final int A = 1;
    private static final int MX = 15;
    private static final int TXT = 16;
    private static final int MAX_STRING = 255;
    private static final int AAAA = 28;
    private static final int IN = 1;
    private static final int NXDOMAIN = 3;
    private static final int SERVFAIL = 2;

    /** An answer, authoritative, recursion available. */
    private static final int FLAGS = 0x8580;

    /** The rest is to be asked for by TCP. */
    private static final int TRUNCATED = 0x0200;

    private static final int MAX_DATAGRAM = 1200;

    private enum Mood {
        ANSWERS,
        FAILS,
        IS_SILENT
    }

    private record Resource(int type, ByteBuffer data) {}

    private final DatagramSocket socket;
    private final ServerSocket stream;
    private final Map<String, List<Resource>> zone = new ConcurrentHashMap<>();
    private final Map<String, Mood> moods = new ConcurrentHashMap<>();
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private volatile int ttlSeconds;

    private FakeDns(ServerSocket stream, DatagramSocket socket) {
        this.stream = stream;
        this.socket = socket;
    }

    /** One that answers, on a free port. */
    public static FakeDns started() {
        for (int tries = 1; ; tries++) {
            try {
                return opened();
            } catch (BindException e) { // the port is somebody's by the other protocol
                if (tries == 10) {
                    throw new UncheckedIOException(e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static FakeDns opened() throws IOException {
        ServerSocket stream = new ServerSocket(0, 50, Ports.loopback());
        try {
            FakeDns dns = new FakeDns(stream, new DatagramSocket(stream.getLocalPort(), Ports.loopback()));
            Thread.ofPlatform().daemon().name("fake-dns").start(dns::serve);
            Thread.ofVirtual().name("fake-dns-tcp").start(dns::serveStreams);
            return dns;
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** How long answers may be kept; not at all without it. */
    public FakeDns ttl(int seconds) {
        ttlSeconds = seconds;
        return this;
    }

    /** One more MX record; {@code .} for a null MX. */
    public FakeDns mx(String domain, int preference, String host) {
        return add(domain, MX, octets(out -> {
            out.writeShort(preference);
            name(out, host);
        }));
    }

    /** One more A or AAAA record. */
    public FakeDns address(String name, String address) {
        byte[] octets = InetAddress.ofLiteral(address).getAddress();
        return add(name, octets.length == 4 ? A : AAAA, octets);
    }

    /** One more TXT record, in as many strings as it takes. */
    public FakeDns text(String name, String text) {
        return add(name, TXT, octets(out -> {
            byte[] all = text.getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < all.length; at += MAX_STRING) {
                int length = Math.min(MAX_STRING, all.length - at);
                out.writeByte(length);
                out.write(all, at, length);
            }
        }));
    }

    /** A name that exists and has nothing. */
    public FakeDns empty(String name) {
        zone.putIfAbsent(canonical(name), List.of());
        return this;
    }

    /** SERVFAIL to whatever is asked of {@code name}. */
    public FakeDns fails(String name) {
        moods.put(canonical(name), Mood.FAILS);
        return this;
    }

    /** No answer to whatever is asked of {@code name}. */
    public FakeDns isSilentOn(String name) {
        moods.put(canonical(name), Mood.IS_SILENT);
        return this;
    }

    /** Nothing is known of {@code name} any more, good or bad. */
    public FakeDns forget(String name) {
        zone.remove(canonical(name));
        moods.remove(canonical(name));
        return this;
    }

    /** What was asked so far, {@code example.org MX} each. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    private FakeDns add(String name, int type, byte[] data) {
        zone.merge(canonical(name), List.of(new Resource(type, ByteBuffer.wrap(data))), (known, more) -> {
            List<Resource> all = new ArrayList<>(known);
            all.addAll(more);
            return List.copyOf(all);
        });
        return this;
    }

    private void serve() {
        byte[] buffer = new byte[4096];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                byte[] answer =
                        answer(ByteBuffer.wrap(buffer, 0, packet.getLength()).slice());
                if (answer.length > MAX_DATAGRAM) {
                    answer = truncated(answer);
                }
                if (answer.length > 0) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serveStreams() {
        while (!stream.isClosed()) {
            try {
                Socket client = stream.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                if (!stream.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()))) {
            while (!stream.isClosed()) {
                byte[] answer = answer(ByteBuffer.wrap(in.readNBytes(in.readUnsignedShort())));
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
            }
        } catch (IOException _) {
            // it has asked enough
        }
    }

    /** The header of {@code answer} and its question, no more. */
    private static byte[] truncated(byte[] answer) {
        ByteBuffer message = ByteBuffer.wrap(answer);
        message.putShort(2, (short) (message.getShort(2) | TRUNCATED)).putShort(6, (short) 0);
        int end = 12;
        while (answer[end] != 0) {
            end += 1 + answer[end];
        }
        return Arrays.copyOf(answer, end + 5);
    }

    /** Of no octets when there is to be none. */
    private byte[] answer(ByteBuffer query) {
        int id = query.getShort(0) & 0xffff;
        query.position(12);
        StringBuilder asked = new StringBuilder();
        for (int length = query.get(); length > 0; length = query.get()) {
            byte[] label = new byte[length];
            query.get(label);
            asked.append(asked.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        int type = query.getShort() & 0xffff;
        String name = canonical(asked.toString());
        questions.add(name + " " + (type == MX ? "MX" : type == A ? "A" : type == AAAA ? "AAAA" : "type" + type));
        List<Resource> known = zone.get(name);
        return switch (moods.getOrDefault(name, Mood.ANSWERS)) {
            case IS_SILENT -> new byte[0];
            case FAILS -> message(id, SERVFAIL, name, type, List.of());
            case ANSWERS ->
                known == null
                        ? message(id, NXDOMAIN, name, type, List.of())
                        : message(
                                id,
                                0,
                                name,
                                type,
                                known.stream().filter(one -> one.type() == type).toList());
        };
    }

    private byte[] message(int id, int code, String name, int type, List<Resource> answers) {
        return octets(out -> {
            out.writeShort(id);
            out.writeShort(FLAGS | code);
            out.writeShort(1);
            out.writeShort(answers.size());
            out.writeInt(0);
            name(out, name);
            out.writeShort(type);
            out.writeShort(IN);
            for (Resource one : answers) {
                name(out, name);
                out.writeShort(one.type());
                out.writeShort(IN);
                out.writeInt(ttlSeconds);
                out.writeShort(one.data().capacity());
                out.write(one.data().array());
            }
        });
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] octets(Writing writing) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try {
            writing.to(new DataOutputStream(octets));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return octets.toByteArray();
    }

    private static void name(DataOutputStream out, String name) throws IOException {
        for (String label : canonical(name).split("\\.", -1)) {
            if (!label.isEmpty()) {
                out.writeByte(label.length());
                out.write(label.getBytes(StandardCharsets.US_ASCII));
            }
        }
        out.writeByte(0);
    }

    private static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    @Override
    public void close() {
        socket.close();
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
