package io.backupmx.smtp;

/** What is spoken to a next hop. */
public enum MailProtocol {
    /** RFC 5321. */
    SMTP("smtp", 25),
    /** RFC 2033: LHLO, and an answer for each recipient after the content. Its usual port is Postfix's {@code lmtp_tcp_port}. */
    LMTP("lmtp", 24);

    private final String transport;
    private final int defaultPort;

    MailProtocol(String transport, int defaultPort) {
        this.transport = transport;
        this.defaultPort = defaultPort;
    }

    /** As transport(5) calls it. */
    public String transport() {
        return transport;
    }

    public int defaultPort() {
        return defaultPort;
    }
}
