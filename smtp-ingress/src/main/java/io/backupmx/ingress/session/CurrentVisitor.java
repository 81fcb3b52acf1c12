package io.backupmx.ingress.session;

import java.util.Optional;

/**
 * Whom one session serves: who has connected, until a proxy says for whom it speaks. He has a place among the connections, if he was
 * admitted, until he leaves. Belongs to one event loop.
 */
final class CurrentVisitor {

    private final IngressParts parts;
    private final EventLoop loop;
    private Visitor visitor;
    private boolean admitted = true;

    /** @param address of who has connected, and has been admitted */
    CurrentVisitor(String address, IngressParts parts, EventLoop loop) {
        this.parts = parts;
        this.loop = loop;
        this.visitor = Visitor.of(address, parts.isProxy(address), parts, loop);
    }

    Visitor get() {
        return visitor;
    }

    /**
     * It is another one from now on. It counts as if it had connected itself: in its own share, trusted only if it would be
     * itself, and no proxy, whatever its address: proxies let through what it says.
     *
     * @return why it is not admitted; empty when it is
     */
    Optional<TurnAway> passOn(String address) {
        visitor.recipients().close();
        parts.limits().leave(visitor.address());
        Optional<TurnAway> refused = parts.admit(address);
        admitted = refused.isEmpty();
        visitor = Visitor.of(address, false, parts, loop);
        return refused;
    }

    void leave() {
        if (admitted) {
            parts.limits().leave(visitor.address());
        }
    }
}
