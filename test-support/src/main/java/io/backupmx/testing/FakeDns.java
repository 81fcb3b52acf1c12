package io.backupmx.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A DNS server on 127.0.0.1 over UDP (RFC 1035) that knows what a test tells it, from then on: MX, A, AAAA and TXT records, names
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

    private enum Mood {
        ANSWERS,
        FAILS,
        IS_SILENT
    }

    private record Resource(int type, ByteBuffer data) {}

    private final DatagramSocket socket;
    private final Map<String, List<Resource>> zone = new ConcurrentHashMap<>();
    private final Map<String, Mood> moods = new ConcurrentHashMap<>();
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private volatile int ttlSeconds;

    private FakeDns(DatagramSocket socket) {
        this.socket = socket;
    }

    /** One that answers, on a free port. */
    public static FakeDns started() {
        try {
            FakeDns dns = new FakeDns(new DatagramSocket(0, Ports.loopback()));
            Thread.ofPlatform().daemon().name("fake-dns").start(dns::serve);
            return dns;
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
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
    }
}
