package io.backupmx.tls;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate a client gets: one of the host that it asks for (RFC 6066 §3), else the first, else one that has the same
 * names as that and another kind of key. The JDK's own choice would be by rules of its own, expiry among them.
 */
final class CertificateChoice extends X509ExtendedKeyManager {

    private final List<ServerCertificate> certificates;
    private final List<ServerCertificate> defaults;

    /** @param certificates at least one */
    CertificateChoice(List<ServerCertificate> certificates) {
        this.certificates = List.copyOf(certificates);
        List<String> names = certificates.getFirst().names();
        this.defaults = certificates.stream()
                .filter(one ->
                        one.equals(certificates.getFirst()) || one.names().equals(names))
                .toList();
    }

    /** For a client that asks for {@code host}, in this order; there may be several with different kinds of keys. */
    List<ServerCertificate> of(Optional<String> host) {
        List<ServerCertificate> named = host.stream()
                .flatMap(name -> certificates.stream().filter(one -> one.isOf(name)))
                .toList();
        return named.isEmpty() ? defaults : named;
    }

    /** Asked for each kind of key that the client can do with, in the client's order. */
    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return of(asked(engine)).stream()
                .filter(one -> one.key().getAlgorithm().equals(keyType))
                .findFirst()
                .map(one -> String.valueOf(certificates.indexOf(one)))
                .orElse(null);
    }

    private static Optional<String> asked(SSLEngine engine) {
        return engine.getHandshakeSession() instanceof ExtendedSSLSession session
                ? session.getRequestedServerNames().stream()
                        .filter(name -> name.getType() == StandardConstants.SNI_HOST_NAME)
                        .map(name -> new String(name.getEncoded(), StandardCharsets.US_ASCII))
                        .findFirst()
                : Optional.empty();
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return certificates.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return certificates.get(Integer.parseInt(alias)).key();
    }

    // We are no client, and have no sockets that the JDK knows.

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
