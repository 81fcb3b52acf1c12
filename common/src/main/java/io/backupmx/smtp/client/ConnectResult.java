package io.backupmx.smtp.client;

/** How the way to a peer's readiness for mail ended. {@code why} is one line for people. */
public sealed interface ConnectResult {

    /** Greeted and introduced: mail can be sent. */
    record Connected(SmtpConnection connection) implements ConnectResult {}

    /**
     * Nobody there: no TCP connection, or one that was closed without a word, as port forwarders do in front of a service
     * that is not running.
     */
    record Unreachable(String why) implements ConnectResult {}

    /**
     * Somebody is there who does not take mail: refused greeting or EHLO, garbage, silence.
     *
     * @param forGood whether that was a 5xx reply: no trouble that passes, but a word
     */
    record Unhealthy(String why, boolean forGood) implements ConnectResult {}
}
