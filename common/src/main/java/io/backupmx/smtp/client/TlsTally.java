package io.backupmx.smtp.client;

/** Hears how it went with TLS, once for each connection that came as far. */
@FunctionalInterface
public interface TlsTally {

    /** Must not block. */
    void count(TlsDemand.Policy policy, TlsResult result);

    /** Nobody counts. */
    static TlsTally none() {
        return (_, _) -> {};
    }
}
