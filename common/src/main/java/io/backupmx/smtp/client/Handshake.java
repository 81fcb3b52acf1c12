package io.backupmx.smtp.client;

import io.backupmx.mail.TlsFacts;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What a TLS handshake has come to.
 *
 * @param chain what the server has shown, its own certificate first; empty: nothing that can be looked at
 */
record Handshake(TlsFacts facts, List<X509Certificate> chain) {

    static Handshake of(SSLSession session) {
        return new Handshake(new TlsFacts(session.getProtocol(), session.getCipherSuite()), chain(session));
    }

    private static List<X509Certificate> chain(SSLSession session) {
        try {
            Certificate[] shown = session.getPeerCertificates();
            return Stream.of(shown)
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
