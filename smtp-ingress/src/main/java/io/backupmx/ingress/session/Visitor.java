package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.SessionMachine;
import io.backupmx.ingress.protocol.Tolerance;

/**
 * Whom one session serves, and what goes by who that is: what it may say, what it has had, what it is called in the log. Belongs to
 * one event loop.
 *
 * @param address as a socket has it, be it by way of a proxy
 */
record Visitor(
        String address,
        SessionMachine machine,
        SessionLog log,
        RecipientChecks recipients,
        MailStore mails,
        Tolerance tolerance) {

    /** @param proxy whether it may say for whom it speaks */
    static Visitor of(String address, boolean proxy, IngressParts parts, EventLoop loop) {
        SessionLog log = new SessionLog(address);
        return new Visitor(
                address,
                parts.machine(address, proxy),
                log,
                parts.newRecipientChecks(address, loop, log),
                new MailStore(parts, loop, log, address),
                parts.newTolerance(address));
    }

    /** MAIL was accepted. */
    void mailBegins() {
        recipients.mailBegins();
        log.mailBegins();
    }
}
