package io.backupmx.smtp.client;

import io.vertx.core.net.SocketAddress;

/** How logs and replies name a peer, in Postfix's way: {@code mx1.example.org[192.0.2.1]:25}. */
public final class Peer {

    private Peer() {}

    public static String name(SocketAddress address) {
        return address.host() + "[" + address.hostAddress() + "]:" + address.port();
    }
}
